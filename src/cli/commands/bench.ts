import type { Command } from 'commander'
import { addBenchReplay } from './bench-replay.ts'
import { addBenchWorlds } from './bench-worlds.ts'

/** `keeprate bench worlds|replay` */
export function addBench(program: Command): void {
  const bench = program
    .command('bench')
    .description('Measure ways to choose offers: in simulated worlds, and on recorded decisions')
  for (const add of [addBenchWorlds, addBenchReplay]) add(bench)
}
