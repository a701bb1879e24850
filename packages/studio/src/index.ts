// The studio as a library: a server that can be asked without a socket, the store behind it, and its people
// as an annotator of the dynamic loop.

export { Studio } from './server/context.ts'
export { RunFacts } from './server/run-facts.ts'
export { createServer, type ServerOptions } from './server/server.ts'
export { StudioAnnotator, type StudioAnnotatorOptions } from './server/studio-annotator.ts'
export { Store } from './store/store.ts'
