import { type Model, offerName } from '../core/catalog/model.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { CallContext, CallOutcome, ProviderCall, ProviderJob } from '../ports/provider.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import type { Fault } from '../providers/shared/emulator.ts'
import { endlessFaults, faultFlaw, faultRules, pictureFlaw } from './provider-faults.ts'
import { moneyOf, type ProviderStand } from './provider-stand.ts'
import { type SampleInputs, sampleRequest, toCall } from './sample-calls.ts'

/** What every play needs. */
export interface Stage {
  readonly definition: ProviderDefinition
  readonly stand: ProviderStand
  readonly inputs: SampleInputs
}

/** Limit of a call that meets a fault without an end, in milliseconds. */
const SHORT_MS = 400
/** Limit of a job that never ends; waited out in hurried time. */
const JOB_LIMIT_MS = 20_000

const context = (changes: Partial<CallContext> = {}): CallContext => ({
  onSubmitted: () => Promise.resolve(),
  ...changes,
})

/** Makes a call that must succeed; what is wrong with its pictures or its money, in words. */
export async function playNormal(
  stage: Stage,
  model: Model,
  changes: Partial<ImageRequest>,
): Promise<readonly string[]> {
  const request = sampleRequest(model, changes.operation ?? 'generate', changes)
  const call = toCall(request, model, stage.inputs)
  const before = stage.stand.billedNano()
  let partials = 0
  const outcome = await stage.stand.provider.call(
    call,
    context({
      onPartial: () => {
        partials += 1
      },
    }),
  )
  const billed = stage.stand.billedNano() - before
  const flaws = [pictureFlaw(outcome, call), ...moneyFlaws(stage, call, outcome, billed)]
  if (partials > (call.partialImages ?? 0)) flaws.push(`${partials} previews came unasked`)
  if ((call.partialImages ?? 0) > 0 && partials === 0) flaws.push('no preview came')
  return named(`${offerName(model)} ${JSON.stringify(changes)}`, flaws)
}

const named = (subject: string, flaws: readonly (string | undefined)[]): string[] =>
  flaws.flatMap((flaw) => (flaw === undefined ? [] : [`${subject}: ${flaw}`]))

/** The settled cost must be the bill, to the nano-dollar, and within what was quoted. */
function moneyFlaws(
  { definition }: Stage,
  call: ProviderCall,
  outcome: CallOutcome,
  billed: bigint,
): string[] {
  const money = moneyOf(definition, call, outcome)
  if (money === undefined) return []
  const { lowNano, highNano, costNano } = money
  const flaws: string[] = []
  if (billed === 0n) flaws.push('the emulator billed nothing')
  if (costNano !== billed) flaws.push(`settled at ${costNano} n$, billed ${billed} n$`)
  if (billed < lowNano || billed > highNano) {
    flaws.push(`billed ${billed} n$, quoted ${lowNano} to ${highNano} n$`)
  }
  return flaws
}

/** Makes a call that meets a fault; what is wrong with how it ends, in words. */
export async function playFault(
  stage: Stage,
  model: Model,
  fault: Fault,
): Promise<readonly string[]> {
  const { definition, stand } = stage
  const operation = model.operations.includes('generate') ? 'generate' : model.operations[0]
  const request = sampleRequest(model, operation ?? 'generate', {
    prompt: `a red cup sandbox:${fault}`,
    ...(fault === 'wrong-count' ? { n: 2 } : {}),
    ...(fault === 'wrong-size' ? { size: model.defaultSize } : {}),
  })
  const plain = toCall(request, model, stage.inputs)
  const call = { ...plain, model: { ...model, timeoutMs: limitOf(fault, model) } }
  const isEndless = endlessFaults.has(fault) && definition.flow.kind === 'poll'
  const signal = isEndless ? { signal: AbortSignal.timeout(SHORT_MS) } : {}
  const before = stand.billedNano()
  const firstRequest = stand.requests.length
  const outcome = await stand.provider.call(call, context(signal))
  const billed = stand.billedNano() - before
  const isLinked = stand.requests
    .slice(firstRequest)
    .some(({ method, headers }) => method === 'GET' && headers.accept === 'image/*')
  const flaws = [
    faultFlaw(faultRules[fault], outcome, call, isLinked),
    chargeFlaw(fault, outcome, billed),
  ]
  if (outcome.kind === 'failed' && outcome.failure.message.includes(stand.apiKey)) {
    flaws.push('the message holds the key')
  }
  if (fault === 'cost-differs') flaws.push(...driftFlaws(stage, call, outcome, billed))
  return named(fault, flaws)
}

/** Failures after which nobody but the provider knows that it charged. */
const undetectable: ReadonlySet<Fault> = new Set([
  ...(['server-error-billed', 'gateway-timeout-billed', 'job-flips'] as const),
])

/** A failure must not count as free when it was charged, nor as charged when it was free. */
function chargeFlaw(fault: Fault, outcome: CallOutcome, billed: bigint): string | undefined {
  if (outcome.kind !== 'failed' || undetectable.has(fault)) return undefined
  const { billed: claim } = outcome.failure
  if (billed === 0n && claim === true) return 'it counts as charged, but was free'
  return billed > 0n && claim === false ? 'it counts as free, but was charged' : undefined
}

/** A cost that is not the quoted one: what was billed is booked all the same. */
function driftFlaws(
  { definition }: Stage,
  call: ProviderCall,
  outcome: CallOutcome,
  billed: bigint,
): string[] {
  const money = moneyOf(definition, call, outcome)
  if (money === undefined || money.costNano === billed) return []
  return [`settled at ${money.costNano} n$, billed ${billed} n$`]
}

function limitOf(fault: Fault, model: Model): number {
  if (fault === 'job-stuck') return JOB_LIMIT_MS
  return endlessFaults.has(fault) ? SHORT_MS : model.timeoutMs
}

/** Submits a job, forgets it as a crash would, and takes it up again from what was written down. */
export async function playResume(stage: Stage, model: Model): Promise<readonly string[]> {
  const { stand, inputs } = stage
  const [first = 'generate'] = model.operations
  const operation = model.operations.includes('generate') ? 'generate' : first
  const call = toCall(sampleRequest(model, operation), model, inputs)
  const before = stand.billedNano()
  const firstSubmit = stand.requests.length
  let written = ''
  const crashed = await stand.provider.call(
    call,
    context({
      onSubmitted: (job) => {
        written = JSON.stringify(job)
        return Promise.reject(new Error('the process dies here'))
      },
    }),
  )
  if (crashed.kind !== 'failed') return ['it polled although the job was not written down']
  const firstRequest = stand.requests.length
  // Some providers are polled by POST, too: what counts is where the job was submitted.
  const submits = stand.requests.slice(firstSubmit).filter(({ method }) => method === 'POST')
  const job = JSON.parse(written) as ProviderJob
  const outcome = await stand.provider.resume(job, call, context())
  const flaws = [
    pictureFlaw(outcome, call),
    ...moneyFlaws(stage, call, outcome, stand.billedNano() - before),
  ]
  const isResubmitted = stand.requests
    .slice(firstRequest)
    .some(({ method, url }) => method === 'POST' && submits.some((submit) => submit.url === url))
  if (isResubmitted) flaws.push('it submitted again')
  return named('resume', flaws)
}
