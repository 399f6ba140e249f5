/** Where `benito-pipeline` is to lead, as a URL. */
export function initialize(data: { readonly api: string }): void;

/** A resolve hook for Node's `module.register` and `module.registerHooks`. */
export function resolve<Context, Result>(
  specifier: string,
  context: Context,
  nextResolve: (specifier: string, context: Context) => Result,
): Result | { url: string; shortCircuit: true };
