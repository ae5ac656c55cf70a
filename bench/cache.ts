/**
 * The cache: `node --expose-gc bench/cache.ts [--quick] [--json FILE]`. Nothing timed makes it
 * fail; a wrong answer does.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { measureExact, measureNear, type NearFigure } from './cache-growth.ts'
import { compareHits } from './cache-hits.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
})
const sizes = values.quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000]
const alone = values.quick ? [1_000, 12_000] : [1_000, 10_000, 100_000]

const line = (...cells: readonly (string | number)[]): void => {
  const text = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell))
  process.stdout.write(`| ${text.join(' | ')} |\n`)
}

const exact = await measureExact(sizes)
process.stdout.write('\n## Exact look-up in SQLite (goal: 25 us)\n\n')
line('entries', 'hit us', 'miss us')
line('---', '---', '---')
for (const { entries, hitUs, missUs } of exact) line(String(entries), hitUs, missUs)

process.stdout.write('\n## Near prompts (goal: p99 10 ms, 5 ms of the main thread at once)\n\n')
line('entries', 'partitions', 'largest', 'p50 ms', 'p99 ms', 'blocked ms', 'MB')
line('---', '---', '---', '---', '---', '---', '---')
const near: NearFigure[] = []
for (const [isOne, counts] of [
  [false, sizes],
  [true, alone],
] as const) {
  for (const entries of counts) {
    const figure = await measureNear(entries, isOne)
    near.push(figure)
    const { partitions, largest, p50Ms, p99Ms, blockedMs, megabytes } = figure
    line(String(entries), String(partitions), String(largest), p50Ms, p99Ms, blockedMs, megabytes)
  }
}

process.stdout.write('\n## Exact hit of 1.5 MB (goal: 1.5 times spliced-file)\n\n')
const hits = await compareHits(values.quick ? 1 : 5, values.quick ? 50 : 300)
line('subject', 'CPU ms', 'p50 ms')
line('---', '---', '---')
for (const { subject, cpuMs, p50Ms } of hits.figures) line(subject, cpuMs, p50Ms)
process.stdout.write(`\nCPU of an exact hit by that of the reference: ${hits.ratio.toFixed(2)}\n`)
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ exact, near, hits }, null, 2)}\n`)
}
