// Plain JavaScript: Node 20 loads it in the worker of its module hooks, where no TypeScript is understood.

let api;

/** Where `benito-pipeline` is to lead: the URL of the one copy of the API that the engine itself uses. */
export function initialize(data) {
  api = data.api;
}

/**
 * Lets a stage file import 'benito-pipeline' from any folder, with no node_modules near it, and be an ES module
 * though no package.json near it says so (tsx would take it for CommonJS).
 */
export function resolve(specifier, context, nextResolve) {
  if (specifier === 'benito-pipeline') return { url: api, format: 'module', shortCircuit: true };
  const result = nextResolve(specifier, context);
  return typeof result.then === 'function' ? result.then(asModule) : asModule(result);
}

function asModule(result) {
  return /^file:.*\.ts(\?|$)/.test(result.url) && !result.url.includes('/node_modules/')
    ? { ...result, format: 'module' }
    : result;
}
