import { positiveRateSchema } from '../core/pricing/decimal.ts'
import type { WaitingRate } from '../core/pricing/strategies/index.ts'
import { gateRefusalModes, refusalModes } from '../core/request/image-request.ts'
import { repeatModes } from '../core/request/repeat-rule.ts'
import { parseDuration } from '../core/time.ts'
import { defaultRoutingRules, type RoutingRules } from '../gateway/routing-rules.ts'
import { forbiddenBy, readDataPolicy } from './data-policy.ts'
import type { Settings } from './schema.ts'
import type { SettingDefinition } from './setting-definition.ts'
import { oneOf, wholeNumber } from './setting-readers.ts'

const flag = (value: unknown): boolean => {
  if (value === true || value === 'true' || value === 'on' || value === '1') return true
  if (value === false || value === 'false' || value === 'off' || value === '0') return false
  throw new RangeError('must be true or false')
}

/** A duration, or a word instead of it. */
const timeOr =
  <Word extends string>(...words: readonly Word[]) =>
  (value: unknown): number | Word => {
    const word = words.find((candidate) => candidate === value)
    if (word !== undefined) return word
    const milliseconds = parseDuration(String(value)) ?? 0
    if (milliseconds > 0) return milliseconds
    throw new RangeError(`must be ${[...words, 'seconds'].join(', ')}, or 30m, 72h, 7d`)
  }

const share = (value: unknown): number => {
  const number = Number(value)
  if (String(value).trim() !== '' && number >= 0 && number <= 1) return number
  throw new RangeError('must be a share from 0 to 1')
}

const gigabytes = (value: unknown): number => {
  const number = Number(value)
  if (number > 0 && number <= 1_024) return number
  throw new RangeError('must be gigabytes above 0, up to 1024')
}

const rate = (value: unknown): string => {
  const text = String(value)
  if (positiveRateSchema.safeParse(text).success) return text
  throw new RangeError('must be dollars above zero in quotes, such as "0.0000166667"')
}

/** Settings of the way that requests go, and of what is said about slow offers. */
export const routingSettings: readonly SettingDefinition[] = [
  {
    key: 'onPolicyRefusal',
    path: ['on_policy_refusal'],
    variables: ['KEEPRATE_ON_POLICY_REFUSAL'],
    default: defaultRoutingRules.onPolicyRefusal,
    read: oneOf(refusalModes),
  },
  {
    key: 'onGateRefusal',
    path: ['on_gate_refusal'],
    variables: ['KEEPRATE_ON_GATE_REFUSAL'],
    default: defaultRoutingRules.onGateRefusal,
    read: oneOf(gateRefusalModes),
  },
  {
    key: 'repeatMode',
    path: ['repeats', 'mode'],
    variables: ['KEEPRATE_REPEATS_MODE'],
    default: defaultRoutingRules.repeats.mode,
    read: oneOf(repeatModes),
  },
  {
    key: 'repeatMost',
    path: ['repeats', 'most'],
    variables: ['KEEPRATE_REPEATS_MOST'],
    default: defaultRoutingRules.repeats.most,
    read: wholeNumber(1, 10_000),
  },
  {
    key: 'repeatWithinMs',
    path: ['repeats', 'within'],
    variables: ['KEEPRATE_REPEATS_WITHIN'],
    default: defaultRoutingRules.repeats.withinMs,
    read: timeOr(),
  },
  {
    key: 'consistentGroups',
    path: ['consistent_groups'],
    variables: ['KEEPRATE_CONSISTENT_GROUPS'],
    default: defaultRoutingRules.isConsistent,
    read: flag,
  },
  {
    key: 'batchServices',
    path: ['batch_services'],
    variables: ['KEEPRATE_BATCH_SERVICES'],
    default: defaultRoutingRules.usesBatchServices,
    read: flag,
  },
  { key: 'dataPolicy', path: ['data_policy'], variables: [], read: readDataPolicy },
  {
    key: 'previewMaxShare',
    path: ['previews', 'max_share'],
    variables: ['KEEPRATE_PREVIEWS_MAX_SHARE'],
    // A stream may make a bill a tenth dearer, which a draft at 512 pixels rarely reaches.
    default: defaultRoutingRules.previews.mostShare,
    read: share,
  },
  {
    key: 'hedgeAfter',
    path: ['hedge', 'after'],
    variables: ['KEEPRATE_HEDGE_AFTER'],
    read: timeOr('p95'),
  },
  {
    key: 'hedgeUntilMeasuredMs',
    path: ['hedge', 'until_measured'],
    variables: ['KEEPRATE_HEDGE_UNTIL_MEASURED'],
    read: timeOr(),
  },
  {
    key: 'hedgeMaxCostShare',
    path: ['hedge', 'max_cost_share'],
    variables: ['KEEPRATE_HEDGE_MAX_COST_SHARE'],
    default: defaultRoutingRules.hedge.maxCostShare,
    read: share,
  },
  {
    key: 'callerMemoryGigabytes',
    path: ['caller_compute', 'memory_gb'],
    variables: ['KEEPRATE_CALLER_COMPUTE_MEMORY_GB'],
    read: gigabytes,
  },
  {
    key: 'callerUsdPerGigabyteSecond',
    path: ['caller_compute', 'usd_per_gb_second'],
    variables: ['KEEPRATE_CALLER_COMPUTE_USD_PER_GB_SECOND'],
    read: rate,
  },
  {
    key: 'latencyAlert',
    path: ['alerts', 'latency'],
    variables: ['KEEPRATE_ALERTS_LATENCY'],
    // The articles' figure for a web page that waits for a picture (2026-06).
    default: 8_000,
    read: timeOr('off'),
  },
]

/** What a serverless function costs in the articles (2026-06): 2 GB for 10 s are $0.000333. */
const USUAL_RATE = '0.0000166667'

/** What is wrong with settings that are each right. */
export const routingProblems = ({
  callerMemoryGigabytes,
  callerUsdPerGigabyteSecond,
}: Partial<Settings>): readonly string[] =>
  callerUsdPerGigabyteSecond !== undefined && callerMemoryGigabytes === undefined
    ? ['caller_compute.usd_per_gb_second: needs memory_gb beside it']
    : []

/** The rules of routing that the settings make. */
export const toRoutingRules = ({
  onPolicyRefusal,
  onGateRefusal,
  repeatMode,
  repeatMost,
  repeatWithinMs,
  consistentGroups,
  batchServices,
  dataPolicy,
  providers,
  previewMaxShare,
  hedgeAfter,
  hedgeUntilMeasuredMs,
  hedgeMaxCostShare,
}: Settings): RoutingRules => ({
  onPolicyRefusal,
  onGateRefusal,
  repeats: { mode: repeatMode, most: repeatMost, withinMs: repeatWithinMs },
  isConsistent: consistentGroups,
  usesBatchServices: batchServices,
  ...(dataPolicy === undefined
    ? {}
    : { dataPolicy: (id: string) => forbiddenBy(dataPolicy, providers[id]?.data) }),
  previews: { mostShare: previewMaxShare },
  hedge: {
    isDefault: hedgeAfter !== undefined,
    after: hedgeAfter ?? 'p95',
    maxCostShare: hedgeMaxCostShare,
    ...(hedgeUntilMeasuredMs === undefined ? {} : { untilMeasuredMs: hedgeUntilMeasuredMs }),
  },
})

/** What waiting costs the caller; undefined when nobody says how much memory waits. */
export const toWaitingRate = ({
  callerMemoryGigabytes,
  callerUsdPerGigabyteSecond,
}: Settings): WaitingRate | undefined =>
  callerMemoryGigabytes === undefined
    ? undefined
    : {
        gigabytes: callerMemoryGigabytes,
        usdPerGigabyteSecond: callerUsdPerGigabyteSecond ?? USUAL_RATE,
      }
