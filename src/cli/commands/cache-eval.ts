import type { Command } from 'commander'
import { createSafeFetch } from '../../adapters/safe-fetch/client.ts'
import { embeddedLens, openEmbedder } from '../../config/similarity.ts'
import {
  evaluatePairs,
  evaluateTriplets,
  observe,
  type PairReport,
  servesNear,
  type TripletReport,
  wouldServe,
} from '../../core/cache/evaluate-pairs.ts'
import { calibrate, leastPairs, measureThreshold } from '../../core/cache/similarity/calibrate.ts'
import { type Lens, lexicalLens } from '../../core/cache/similarity/nearness.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { readFileText } from '../read-file-text.ts'
import { type LabelledFile, readPairs } from '../read-pairs.ts'
import { action, type CommonOptions, loadForCommand, withCommonOptions } from '../settings.ts'

/** A hundred thousand pairs of long prompts are smaller. */
const MAX_MEBIBYTES = 256

/** `keeprate cache eval`: what the cache would do with labelled requests. */
export function addCacheEval(cache: Command): void {
  withCommonOptions(cache.command('eval'))
    .description('Measure hits and wrong hits of the cache on labelled requests')
    .argument('<file>', 'JSON lines: pairs {a, b, label, kind} or triplets')
    .option('--threshold <cosine>', 'also serve prompts that are at least so near, 0 to 1')
    .option('--calibrate', 'find the loosest threshold whose wrong hits stay below --max-wrong')
    .option('--max-wrong <share>', 'share of wrong hits that --calibrate may risk', '0.01')
    .action(action(evaluate))
}

interface EvaluateOptions extends CommonOptions {
  readonly threshold?: string
  readonly calibrate?: boolean
  readonly maxWrong: string
}

async function evaluate(output: Output, path: string, options: EvaluateOptions): Promise<number> {
  const labelled = readPairs(readFileText(path, MAX_MEBIBYTES), path)
  const { pairs, triplets } = labelled
  const lens = await lensFor(labelled, options)
  const { threshold, calibration } = thresholdOf(labelled, lens, options)
  const serves = threshold === undefined ? wouldServe : servesNear(threshold, lens)
  const report = evaluatePairs(pairs, serves)
  const ofTriplets = triplets.length === 0 ? {} : { triplets: evaluateTriplets(triplets, serves) }
  output.data(
    { ...report, ...ofTriplets, ...(calibration === undefined ? {} : { calibration }) },
    [
      ...(pairs.length === 0 ? [] : [pairText(report)]),
      ...(triplets.length === 0 ? [] : [tripletText(ofTriplets.triplets ?? {})]),
      ...(calibration === undefined ? [] : [calibrationText(calibration)]),
    ].join('\n\n'),
  )
  return exitCodes.ok
}

/** What `--calibrate` found, as JSON says it; a threshold of null = nothing is safe enough. */
interface PrintedCalibration {
  readonly max_wrong: number
  /** Pairs that it takes when none of them is wrong. */
  readonly needs: number
  readonly n: number
  readonly threshold: number | null
  readonly served: number
  readonly wrong: number
  readonly upper95: number
}

function thresholdOf(
  labelled: LabelledFile,
  lens: Lens,
  options: EvaluateOptions,
): { readonly threshold?: number; readonly calibration?: PrintedCalibration } {
  if (options.calibrate !== true) {
    return options.threshold === undefined
      ? {}
      : { threshold: readShare('threshold', options.threshold) }
  }
  if (options.threshold !== undefined) {
    throw invalid('threshold', 'Give --threshold or --calibrate, not both.')
  }
  const maxWrong = readShare('max-wrong', options.maxWrong)
  const observed = observe(labelled, lens)
  const found = calibrate(observed, maxWrong)
  // Stricter than every pair: serves none of them.
  const { threshold, ...known } = found ?? measureThreshold(observed, 2)
  const needs = leastPairs(maxWrong)
  const calibration = { max_wrong: maxWrong, needs, threshold: found?.threshold ?? null, ...known }
  return found === undefined ? { calibration } : { threshold, calibration }
}

/** The prompts through the embedder of the settings, or by their words. */
async function lensFor({ pairs, triplets }: LabelledFile, options: EvaluateOptions): Promise<Lens> {
  const isAsked = options.calibrate === true || options.threshold !== undefined
  const { cache } = loadForCommand(options).settings
  if (!isAsked || cache.embedder === undefined) return lexicalLens
  const http = createSafeFetch()
  try {
    const prompts = [
      ...pairs.flatMap(({ made, asked }) => [made, asked]),
      ...triplets.flatMap(({ anchor, same, different }) => [anchor, same, different]),
    ].map(({ request }) => request.prompt)
    return await embeddedLens(openEmbedder(cache.embedder, { http, sandboxUrl: () => '' }), prompts)
  } finally {
    await http.close()
  }
}

function readShare(name: string, text: string): number {
  const share = Number(text)
  if (text.trim() !== '' && share >= 0 && share <= 1) return share
  throw invalid(name, `--${name} must be a number from 0 to 1.`)
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

const calibrationText = ({ threshold, ...found }: PrintedCalibration): string => {
  const { n, needs, served, wrong, upper95, max_wrong } = found
  if (threshold === null) {
    const why =
      n < needs
        ? `only ${n} of these do; label more pairs that differ in words of no closed class`
        : `${n} of these do, but the nearest of them are wrong`
    return (
      `no threshold can promise less than ${percent(max_wrong)} of wrong hits: ` +
      `that takes ${needs} pairs which pass the guards, and ${why}`
    )
  }
  return (
    `threshold  ${threshold.toFixed(4)} serves ${served} of ${n} pairs that pass the guards, ` +
    `${wrong} wrongly, at most ${percent(upper95)}`
  )
}
