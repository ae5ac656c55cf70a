import { withOperationUsage } from '../../core/catalog/operation-usage.ts'
import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HttpClient, HttpEvent } from '../../ports/http-client.ts'
import type {
  CallContext,
  CallOutcome,
  CallPlan,
  Provider,
  ProviderCall,
  ProviderJob,
} from '../../ports/provider.ts'
import { askBacklog } from './backlog.ts'
import { askBefore } from './before.ts'
import { callBySocket } from './call-by-socket.ts'
import { cancelJob, interruptOnAbort } from './cancel.ts'
import { createBatchService } from './create-batch-service.ts'
import type { ProviderDefinition, SyncFlow, WireOutcome, WireRequest } from './definition.ts'
import { deliveryReader } from './delivery-reader.ts'
import { gather } from './download.ts'
import { exchangeSubmit } from './exchange-submit.ts'
import { pollJob } from './poll-job.ts'
import { probe } from './probe.ts'
import { rateReportOf } from './rate-headers.ts'
import {
  fromTransportError,
  type Line,
  maxAnswerBytes,
  signed,
  toHttp,
  transportLimits,
} from './transport.ts'
import { watchCall } from './watch-call.ts'

/** What turns a definition into a provider that can be called. */
export interface ProviderRuntime {
  readonly http: HttpClient
  readonly clock: Clock
  readonly apiKey: string
  /** Overrides the definition's base URL. No trailing slash is needed. */
  readonly baseUrl?: string
  /** The base URL's origin may be private or loopback; the operator said so. */
  readonly allowPrivate: boolean
  readonly isSimulated: boolean
  /** Names this gateway in `via`; a server that knows the name refuses to go round in circles. */
  readonly via?: string
}

/** Puts definition, address and credential together. Its calls never throw; failures are values. */
export function createProvider(definition: ProviderDefinition, runtime: ProviderRuntime): Provider {
  const baseUrl = (runtime.baseUrl ?? definition.origin.baseUrl).replace(/\/+$/, '')
  const isPrivate = runtime.allowPrivate || runtime.isSimulated
  const line: Line = {
    definition,
    http: runtime.http,
    baseUrl,
    apiKey: runtime.apiKey,
    addresses: { privateOrigins: isPrivate ? [new URL(baseUrl).origin] : [] },
    now: () => runtime.clock.now(),
    ...(runtime.via === undefined ? {} : { via: runtime.via }),
    ...(runtime.isSimulated && definition.origin.otherOrigins !== undefined
      ? { emulatedOrigins: definition.origin.otherOrigins }
      : {}),
  }
  const { clock } = runtime
  const { batch, cancel, webhook, backlog } = definition
  const guarded = async (work: () => Promise<CallOutcome>): Promise<CallOutcome> => {
    try {
      return await work()
    } catch (error) {
      return { kind: 'failed', failure: fromTransportError(error) }
    }
  }
  return {
    id: definition.id,
    displayName: definition.displayName,
    models: definition.models,
    aliases: definition.aliases,
    prices: definition.prices,
    isSimulated: runtime.isSimulated,
    checkOptions: definition.checkOptions,
    estimate: (plan) => withOperationUsage(definition.estimate(plan), plan),
    call: (call, context) => guarded(() => submit(behind(line, context), clock, call, context)),
    resume: (job, plan, context) => guarded(() => poll(line, clock, job, plan, context)),
    ...(cancel === undefined
      ? {}
      : { cancel: (job, { signal }) => cancelJob(line, cancel, job, signal) }),
    ...(batch === undefined ? {} : { batches: createBatchService(line, clock, batch) }),
    ...(definition.interrupt === undefined ? {} : { isInterruptible: true }),
    ...(webhook === undefined ? {} : { readDelivery: deliveryReader(line, webhook) }),
    ...(definition.limits === undefined ? {} : { limits: definition.limits }),
    ...(backlog === undefined ? {} : { backlog: () => askBacklog(line, backlog) }),
    ...(definition.probe === undefined ? {} : { probe: (signal) => probe(line, signal) }),
  }
}

/** The line of a call that came through other gateways: they are named before this one. */
const behind = (line: Line, { via }: CallContext): Line =>
  via === undefined || line.via === undefined ? line : { ...line, via: `${via}, ${line.via}` }

async function submit(
  line: Line,
  clock: Clock,
  call: ProviderCall,
  context: CallContext,
): Promise<CallOutcome> {
  const { flow } = line.definition
  const asked = await askBefore(line, call, context.signal)
  if ('failure' in asked) return { kind: 'failed', failure: asked.failure }
  const listened = { call, context, limitMs: limitOf(call, context) }
  const told = await callBySocket(line, listened, asked.answers)
  if (told !== undefined) return conclude(line, clock, told, call, context)
  const wire = line.definition.toWire(call, asked.answers)
  if (flow.kind === 'sync' && flow.fromEvent !== undefined && call.partialImages !== undefined) {
    return stream(line, clock, { fromEvent: flow.fromEvent }, wire, call, context)
  }
  const limitMs =
    flow.kind === 'sync'
      ? limitOf(call, context)
      : (flow.submitMs?.(call) ?? transportLimits.submitMs)
  const request = toHttp(line, wire, {
    timeouts: { headersMs: limitMs, totalMs: limitMs },
    maxBytes: maxAnswerBytes(call.n),
    signal: context.signal,
    onConnecting: context.onConnecting,
  })
  const result = await watchCall(line, clock, { call, context }, () =>
    interruptOnAbort(line, context.signal, () =>
      exchangeSubmit(line, clock, request, context.reports),
    ),
  )
  if ('failure' in result) return findLost(line, clock, result.failure, call, context)
  const { answer } = result
  const rate = rateReportOf(answer.headers, clock.now())
  if (rate !== undefined) context.onRate?.(rate)
  if (answer.status < 200 || answer.status > 299) {
    return findLost(line, clock, line.definition.classify(answer), call, context)
  }
  const outcome = line.definition.fromWire(answer, call)
  // An answer that nobody can read says nothing of the job that it was to name.
  const isUnread = outcome.kind === 'failed' && outcome.failure.class === 'bad_image'
  if (isUnread) return findLost(line, clock, outcome.failure, call, context)
  return conclude(line, clock, outcome, call, context)
}

/** How long a call may take from its first byte to its last. */
const limitOf = ({ model }: ProviderCall, { timeoutMs }: CallContext): number =>
  Math.min(model.timeoutMs, timeoutMs ?? model.timeoutMs)

/**
 * What became of a submit that failed. When nobody knows whether it was accepted, or could read
 * the answer, the provider's webhook may still name the job, which is polled then: what was
 * accepted is paid.
 */
async function findLost(
  line: Line,
  clock: Clock,
  reason: ProviderFailure,
  call: ProviderCall,
  context: CallContext,
): Promise<CallOutcome> {
  const mayRun = reason.billed === 'unknown' || reason.class === 'bad_image'
  const job = mayRun ? await context.reports?.findJob(context.signal) : undefined
  if (job === undefined) return { kind: 'failed', failure: reason }
  await context.onSubmitted(job)
  return poll(line, clock, job, call, context)
}

async function conclude(
  line: Line,
  clock: Clock,
  outcome: WireOutcome,
  plan: CallPlan,
  context: CallContext,
): Promise<CallOutcome> {
  switch (outcome.kind) {
    case 'failed':
      return outcome
    case 'submitted':
      await context.onSubmitted(outcome.job)
      return poll(line, clock, outcome.job, plan, context)
    case 'pending':
      return { kind: 'failed', failure: failure('bad_image', 'pending without a job id') }
    case 'produced':
      return gather(line, clock, outcome, context.signal)
  }
}

/** Polls a job to its end, and fetches what it gave. */
const poll = async (
  line: Line,
  clock: Clock,
  job: ProviderJob,
  plan: CallPlan,
  context: CallContext,
): Promise<CallOutcome> =>
  conclude(line, clock, await pollJob(line, clock, { job, plan, context }), plan, context)

async function stream(
  line: Line,
  clock: Clock,
  flow: Required<Pick<SyncFlow, 'fromEvent'>>,
  wire: WireRequest,
  call: ProviderCall,
  context: CallContext,
): Promise<CallOutcome> {
  const limitMs = limitOf(call, context)
  const request = toHttp(line, wire, {
    timeouts: { headersMs: limitMs, totalMs: limitMs },
    maxBytes: maxAnswerBytes(call.n),
    signal: context.signal,
    onConnecting: context.onConnecting,
  })
  const { answer, events } = await line.http.stream(await signed(line, request))
  if (answer !== undefined) {
    const isGood = answer.status >= 200 && answer.status <= 299
    if (!isGood) return { kind: 'failed', failure: line.definition.classify(answer) }
    return conclude(line, clock, line.definition.fromWire(answer, call), call, context)
  }
  const earlier: HttpEvent[] = []
  let provisional: WireOutcome | undefined
  let isWhole = false
  try {
    for await (const event of events) {
      const read = flow.fromEvent(event, call, earlier)
      earlier.push(event)
      if (read.kind === 'partial') context.onPartial?.(read.partial)
      if (read.kind !== 'outcome') continue
      provisional = read.outcome
      isWhole = read.isProvisional !== true
      if (isWhole) break
    }
  } catch (error) {
    // A picture that came is paid, whatever broke off after it.
    if (provisional === undefined) throw error
  }
  if (provisional !== undefined) {
    const isCut = provisional.kind === 'produced' && !isWhole
    const outcome = isCut ? { ...provisional, hasBrokenOff: true as const } : provisional
    return conclude(line, clock, outcome, call, context)
  }
  return {
    kind: 'failed',
    failure: failure('timeout_unknown', 'the stream ended without a picture'),
  }
}
