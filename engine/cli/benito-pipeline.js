#!/usr/bin/env node
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compiledMain } from './compiled.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

try {
  const { main } = await loadMain();
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  explain(error);
  process.exitCode = 1;
}

/** The compiled engine where it can be kept, else the source by way of tsx. */
async function loadMain() {
  const compiled = await compiledMain(root);
  if (compiled) {
    module.enableCompileCache?.(join(dirname(compiled), 'v8')); // Node 22 and later
    return import(pathToFileURL(compiled).href);
  }
  (await import('tsx/esm/api')).register();
  return import(pathToFileURL(join(root, 'engine', 'cli', 'main.ts')).href);
}

function explain(error) {
  if (error?.code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package/.test(error.message)) {
    console.error(
      `benito-pipeline: ${error.message.split('\n')[0]}\n  npm ci in ${root} installs what it needs`,
    );
  } else if (Array.isArray(error?.errors) && error.errors[0]?.location) {
    for (const { text, location } of error.errors) {
      console.error(`benito-pipeline: ${location.file}:${location.line}:${location.column + 1}: ${text}`);
    }
  } else {
    console.error(process.env.BENITO_PIPELINE_DEBUG ? error : `benito-pipeline: ${error?.message ?? error}`);
  }
}
