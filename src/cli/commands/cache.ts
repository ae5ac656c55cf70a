import type { Command } from 'commander'
import { addCacheEval } from './cache-eval.ts'

/** `keeprate cache` */
export function addCache(program: Command): void {
  const cache = program.command('cache').description('Look at the cache, and measure it')
  addCacheEval(cache)
}
