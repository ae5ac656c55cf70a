import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import {
  evaluatePairs,
  evaluateTriplets,
  type PairReport,
  type TripletReport,
} from '../../core/cache/evaluate-pairs.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { readPairs } from '../read-pairs.ts'
import { action, type CommonOptions, withCommonOptions } from '../settings.ts'

/** `keeprate cache eval` */
export function addCache(program: Command): void {
  const cache = program.command('cache').description('Look at the cache, and measure it')
  withCommonOptions(cache.command('eval'))
    .description('Measure hits and wrong hits of the cache on labelled requests')
    .argument('<file>', 'JSON lines: pairs {a, b, label, kind} or triplets')
    .action(action(evaluate))
}

async function evaluate(output: Output, path: string, _: CommonOptions): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw invalid('file', `${path} cannot be read: ${error.code ?? error.message}.`)
  })
  const { pairs, triplets } = readPairs(text, path)
  const report = evaluatePairs(pairs)
  const ofTriplets = triplets.length === 0 ? {} : { triplets: evaluateTriplets(triplets) }
  output.data(
    { ...report, ...ofTriplets },
    [
      ...(pairs.length === 0 ? [] : [pairText(report)]),
      ...(triplets.length === 0 ? [] : [tripletText(ofTriplets.triplets ?? {})]),
    ].join('\n\n'),
  )
  return exitCodes.ok
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

const pairText = ({ same, different, kinds }: PairReport): string =>
  [
    `same       ${same.hits} of ${same.n} served, recall ${percent(same.recall)}`,
    `different  ${different.wrong} of ${different.n} served wrongly, ` +
      `at most ${percent(different.upper95)}`,
    table([
      ['kind', 'pairs', 'served'],
      ...Object.entries(kinds).map(([kind, { n, hits }]) => [kind, String(n), String(hits)]),
    ]),
  ].join('\n')

const tripletText = (kinds: Readonly<Record<string, TripletReport>>): string =>
  table([
    ['kind', 'triplets', 'recall', 'wrong', 'at most'],
    ...Object.entries(kinds).map(([kind, { n, recall, wrong, upper95 }]) => [
      ...[kind, String(n), percent(recall), String(wrong), percent(upper95)],
    ]),
  ])
