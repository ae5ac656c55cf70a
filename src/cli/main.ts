import { enableCompileCache } from 'node:module'

// Stripping and compiling hundreds of small modules is a third of what a short command takes.
// NODE_DISABLE_COMPILE_CACHE=1 switches this off.
enableCompileCache()
await import('./program.ts')
