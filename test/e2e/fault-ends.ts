import type { Fault } from '../../src/providers/shared/emulator.ts'

/** How a request for one model of one provider ends when the provider fails in a certain way. */
export type End =
  /** The fault has no effect here, or none that hurts. */
  | 'good'
  | 'content_policy_violation'
  | 'invalid_request'
  | 'rate_limit_exceeded'
  | 'no_provider_available'
  /** Fewer pictures than asked for, and a warning. */
  | 'fewer'
  /** Both are right: it depends on the moment. */
  | 'good or no_provider_available'

/** The emulated providers, one of each way to work: an answer, a job, bytes without JSON. */
export const pinned = {
  openai: 'gpt-image-2',
  bfl: 'flux-2-klein-4b',
  stability: 'sd3.5-flash',
} as const

/** One of each flow: those, links without jobs, hosted queues, and the queue of an own server. */
export const everyFlow = {
  openai: `openai/${pinned.openai}`,
  bfl: `bfl/${pinned.bfl}`,
  stability: `stability/${pinned.stability}`,
  gemini: 'gemini-3.1-flash-lite-image',
  together: 'together/flux-2-dev',
  replicate: 'replicate/flux-schnell',
  fal: 'fal/flux-schnell',
  comfyui: 'comfyui/sdxl-base-1.0',
} as const
/** See {@link everyFlow}. */
export type ProviderId = keyof typeof everyFlow

/** A way to come to a picture. */
export interface Flow {
  readonly provider: string
  readonly model: string
  /** In a stream; or the provider is told where to report the end of a job. */
  readonly way?: 'stream' | 'webhook'
}

/** The same asked otherwise. Faults end as with `like`, save for those of {@link otherEnds}. */
const otherFlows: Readonly<Record<string, Flow & { readonly like: ProviderId }>> = {
  'openai stream': { like: 'openai', provider: 'openai', model: everyFlow.openai, way: 'stream' },
  'gemini stream': { like: 'gemini', provider: 'gemini', model: everyFlow.gemini, way: 'stream' },
  'replicate webhook': {
    ...{ like: 'bfl', provider: 'replicate', way: 'webhook' },
    model: 'replicate/flux-1.1-pro-ultra',
  },
  'fal webhook': { like: 'fal', provider: 'fal', model: everyFlow.fal, way: 'webhook' },
  'ideogram webhook': {
    ...{ like: 'bfl', provider: 'ideogram', way: 'webhook' },
    model: 'ideogram/ideogram-3.0',
  },
}

/** Every flow by its name. */
export const flows: ReadonlyMap<string, Flow> = new Map<string, Flow>([
  ...Object.entries(everyFlow).map(([provider, model]): [string, Flow] => [
    provider,
    { provider, model },
  ]),
  ...Object.entries(otherFlows),
])

/** Only these providers have what fails. */
type Ends = Readonly<Partial<Record<ProviderId, End>>>

const lost = 'no_provider_available'

/** Faults of jobs; Replicate answers a short one at once. */
const ofJobs: Ends = { bfl: lost, replicate: 'good', fal: lost }
/** Faults of links that a provider gives. */
const ofLinks: Ends = { bfl: lost, replicate: lost, fal: lost }
/** Nobody asks for webhooks here; what they do wrong is played where they are. */
const ofWebhooks: Ends = { bfl: 'good' }
/** Faults of sockets that tell of jobs. */
const ofSockets: Ends = { comfyui: 'good' }
/** An own server has neither rules for content nor a bill. */
const ofHosted = (end: End): Ends => ({
  ...{ openai: end, bfl: end, stability: end, gemini: end },
  ...{ together: end, replicate: end, fal: end },
})

/** The end of each fault that ends by itself. A new fault without one does not compile. */
const faultEnds: {
  readonly [Name in Exclude<Fault, 'hang'>]: End | Ends
} = {
  'moderate-input': ofHosted('content_policy_violation'),
  'moderate-output': ofHosted('content_policy_violation'),
  'invalid-key': 'no_provider_available',
  'no-credit': ofHosted(lost),
  'rate-limit': 'rate_limit_exceeded',
  'rate-limit-date': 'rate_limit_exceeded',
  'rate-limit-bare': 'rate_limit_exceeded',
  'rate-limit-absurd': 'rate_limit_exceeded',
  'user-error': 'invalid_request',
  'too-large': 'invalid_request',
  unprocessable: 'invalid_request',
  'model-gone': 'no_provider_available',
  'server-error': 'no_provider_available',
  'server-error-billed': 'no_provider_available',
  overloaded: 'no_provider_available',
  'overloaded-retry-after': 'no_provider_available',
  'bad-gateway': 'no_provider_available',
  'gateway-timeout-billed': 'no_provider_available',
  'region-blocked': 'no_provider_available',
  'request-timeout': 'no_provider_available',
  conflict: 'no_provider_available',
  'too-early': 'no_provider_available',
  'error-in-200': 'no_provider_available',
  html: 'no_provider_available',
  empty: 'no_provider_available',
  'wrong-size': 'no_provider_available',
  'not-an-image': 'no_provider_available',
  truncated: 'no_provider_available',
  blank: 'no_provider_available',
  'connect-refused': 'no_provider_available',
  'connect-hang': { bfl: lost },
  'dns-failure': 'no_provider_available',
  'tls-failure': 'no_provider_available',
  'reset-before-headers': 'no_provider_available',
  'reset-in-headers': 'no_provider_available',
  'reset-after-headers': 'no_provider_available',
  'reset-in-body': 'no_provider_available',
  'content-length-long': 'no_provider_available',
  'content-length-short': 'no_provider_available',
  'endless-body': 'no_provider_available',
  // Two pictures are asked for; some make them by two calls, which both come.
  'wrong-count': {
    ...{ openai: 'fewer', bfl: 'good', stability: 'good', gemini: 'good', together: 'fewer' },
    ...{ replicate: 'good', fal: 'good', comfyui: 'fewer' },
  },
  // An own server is waited for as long as its model may take, which is too long for a test.
  'job-stuck': ofJobs,
  'job-vanishes': { ...ofJobs, comfyui: lost },
  'job-fails': { ...ofJobs, comfyui: lost },
  // Failed is failed: nobody asks again.
  'job-flips': { bfl: lost },
  'link-forbidden': ofLinks,
  'link-expired': ofLinks,
  'link-private': ofLinks,
  'cost-differs': 'good',
  'webhook-twice': ofWebhooks,
  'webhook-early': ofWebhooks,
  'webhook-forged': ofWebhooks,
  'webhook-never': ofWebhooks,
  'socket-refused': ofSockets,
  'socket-breaks': ofSockets,
  'socket-silent': ofSockets,
  'socket-disorder': ofSockets,
  'slow-body': 'good',
  'slow-headers-31': 'good',
  'slow-headers-61': 'good',
  'slow-headers-121': 'good',
  'slow-headers-301': 'good',
  'slow-down': 'good',
  'same-image': 'good',
  'deprecated-model': 'good',
  flapping: 'good or no_provider_available',
}

/** A fault that ends by itself. */
export type FiniteFault = keyof typeof faultEnds
/** See {@link FiniteFault}. */
export const finiteFaults = Object.keys(faultEnds) as readonly FiniteFault[]

/** How a fault ends at one provider; undefined = it has not got what fails. */
export function endOf(fault: FiniteFault, provider: ProviderId): End | undefined {
  const end = faultEnds[fault]
  return typeof end === 'string' ? end : end[provider]
}

/** Ends that are not as elsewhere. */
type OtherEnds = { readonly [Name in FiniteFault]?: End }

/** In a stream the picture comes before what breaks. */
const streamed: OtherEnds = { 'content-length-long': 'good' }

/** The answer to the submit is lost, or names no job, and the report of its end does. */
const reported: OtherEnds = {
  html: 'good',
  'reset-in-headers': 'good',
  'reset-after-headers': 'good',
  'reset-in-body': 'good',
  'content-length-long': 'good',
  'content-length-short': 'good',
  'endless-body': 'good',
  'gateway-timeout-billed': 'good',
  'webhook-twice': 'good',
  'webhook-early': 'good',
  'webhook-forged': 'good',
  'webhook-never': 'good',
}

/** What ends otherwise than the flow is like. */
const otherEnds: Readonly<Record<string, OtherEnds>> = {
  'openai stream': { ...streamed, 'wrong-count': lost },
  'gemini stream': { ...streamed, 'content-length-short': 'good', 'wrong-count': 'good' },
  'replicate webhook': { ...reported, 'job-flips': 'good' },
  'fal webhook': reported,
  'ideogram webhook': reported,
}

/** How a fault ends in a flow; undefined = it has not got what fails. */
function endIn(fault: FiniteFault, flow: string): End | undefined {
  const other = otherFlows[flow]
  if (other === undefined) return endOf(fault, flow as ProviderId)
  return otherEnds[flow]?.[fault] ?? endOf(fault, other.like)
}

/** One fault met in one flow. */
export interface Cell {
  readonly name: string
  readonly flow: Flow
  readonly fault: FiniteFault
  readonly end: End
  /** Pictures that are asked for. */
  readonly n: number
}

/** A fault in every flow that has what fails; what it cannot hurt is seen at three of them. */
export const cellsOf = (fault: FiniteFault): readonly Cell[] =>
  [...flows].flatMap(([name, flow]) => {
    const end = endIn(fault, name)
    const isSeen = end !== 'good' || name in pinned || otherEnds[name]?.[fault] === 'good'
    if (end === undefined || !isSeen || isUnheard(fault, name)) return []
    const n = fault === 'wrong-count' && flow.way !== 'stream' ? 2 : 1
    return [{ name, flow, fault, end, n }]
  })

/**
 * Lost before the provider has heard of them, or so it seems: where it reports, the report is
 * waited for first, for half a minute.
 */
const isUnheard = (fault: FiniteFault, name: string): boolean =>
  flows.get(name)?.way === 'webhook' &&
  (fault === 'reset-before-headers' ||
    fault === 'request-timeout' ||
    // Replicate has no form for errors in an answer that is none.
    (fault === 'error-in-200' && name === 'replicate webhook'))

/** The calls that are waited for in vain. */
export const unheardCalls = [...flows].flatMap(([name, { model }]) =>
  finiteFaults.filter((fault) => isUnheard(fault, name)).map((fault) => ({ fault, model })),
)

/**
 * Charged against the provider's own terms, by which failed calls are free, and told in no way.
 * Only the provider's bill can show it, at reconciliation.
 */
export const chargedInSecret: readonly Fault[] = ['server-error-billed', 'job-flips']

/** Faults after which no other provider may see the request. */
export const isFinal = (end: End): boolean => end === 'content_policy_violation'
