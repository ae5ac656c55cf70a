import type { Model } from '../core/catalog/model.ts'
import { outputFault } from '../core/catalog/output-fault.ts'
import type { FailureClass } from '../core/errors/provider-failure.ts'
import { isSuspiciouslySmall } from '../core/quality/blank.ts'
import { checkStructure } from '../core/quality/image-header.ts'
import type { CallOutcome, ProducedImage, ProviderCall } from '../ports/provider.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import type { Fault } from '../providers/shared/emulator.ts'
import { isDeadEnd } from '../sandbox/dead-ends.ts'

/** How a call may end when the provider fails in a certain way; anything else is a flaw. */
export interface FaultRule {
  /** Classes of failure it may end as. */
  readonly classes: readonly FailureClass[] | 'any'
  /**
   * Pictures it may end with: good ones, ones that the gateway's own checks refuse, or fewer than
   * asked for with each missing one accounted for. Absent: none at all.
   */
  readonly pictures?: 'good' | 'bad' | 'fewer'
  /** Only for providers that give links; with the others the fault has no effect. */
  readonly needsLinks?: true
}

const fails = (...classes: FailureClass[]): FaultRule => ({ classes })
const broken = fails('timeout_unknown', 'bad_image')
const passing = fails('overloaded', 'rate_limited', 'timeout_unknown', 'invalid_request')
const badPicture: FaultRule = { classes: ['bad_image'], pictures: 'bad' }
const badLink: FaultRule = { classes: ['bad_image'], needsLinks: true }
const harmless: FaultRule = { classes: [], pictures: 'good' }
/** Of clients that are led; one that is not sees its connection break off. */
const unreached = fails('overloaded', 'timeout_unknown')
const slow: FaultRule = { classes: ['timeout_unknown'], pictures: 'good' }

/** Every fault of the closed list; a new one without a rule does not compile. */
export const faultRules: { readonly [Name in Fault]: FaultRule } = {
  'moderate-input': fails('content_policy_input'),
  'moderate-output': fails('content_policy_output'),
  'invalid-key': fails('auth'),
  'no-credit': fails('quota_exhausted'),
  'rate-limit': fails('rate_limited'),
  'user-error': fails('invalid_request'),
  'model-gone': fails('model_gone'),
  'server-error': fails('overloaded'),
  'server-error-billed': fails('overloaded', 'timeout_unknown'),
  overloaded: fails('overloaded'),
  empty: fails('empty'),
  'wrong-count': { classes: ['bad_image', 'empty'], pictures: 'fewer' },
  'wrong-size': badPicture,
  'not-an-image': badPicture,
  truncated: badPicture,
  blank: badPicture,
  'error-in-200': { classes: 'any' },
  html: fails('bad_image'),
  hang: fails('timeout_unknown'),
  'reset-before-headers': fails('timeout_unknown'),
  'reset-in-headers': broken,
  'reset-after-headers': broken,
  'reset-in-body': broken,
  'content-length-long': broken,
  'content-length-short': { classes: ['bad_image', 'timeout_unknown'], pictures: 'bad' },
  'endless-body': broken,
  'slow-body': slow,
  'slow-headers-31': slow,
  'slow-headers-61': slow,
  'slow-headers-121': slow,
  'slow-headers-301': slow,
  'job-stuck': fails('timeout_unknown'),
  'job-vanishes': fails('timeout_unknown', 'model_gone', 'empty'),
  'job-fails': { classes: 'any' },
  // Where the emulator cannot play it, the job just succeeds.
  'job-flips': { classes: 'any', pictures: 'good' },
  'link-forbidden': badLink,
  'link-expired': badLink,
  'link-private': badLink,
  'cost-differs': harmless,
  'webhook-twice': harmless,
  'webhook-early': harmless,
  'webhook-forged': harmless,
  'webhook-never': harmless,
  'socket-refused': harmless,
  'socket-breaks': harmless,
  'socket-silent': harmless,
  'socket-disorder': harmless,
  'connect-refused': unreached,
  'connect-hang': unreached,
  'dns-failure': unreached,
  'tls-failure': unreached,
  'region-blocked': fails('auth'),
  'request-timeout': passing,
  conflict: passing,
  'too-early': passing,
  'too-large': fails('invalid_request'),
  unprocessable: fails('invalid_request'),
  'rate-limit-date': fails('rate_limited'),
  'rate-limit-bare': fails('rate_limited'),
  'rate-limit-absurd': fails('rate_limited'),
  'bad-gateway': fails('overloaded'),
  'overloaded-retry-after': fails('overloaded'),
  'gateway-timeout-billed': fails('overloaded', 'timeout_unknown'),
  'same-image': harmless,
  'deprecated-model': harmless,
  'slow-down': harmless,
  flapping: { classes: ['overloaded'], pictures: 'good' },
}

/** Faults whose end is a limit of time; the call gets a short one. */
export const endlessFaults: ReadonlySet<Fault> = new Set(['hang', 'endless-body'])

/** Whether a provider can fail in this way at all. */
export function isPossible(
  fault: Fault,
  { flow, webhook }: ProviderDefinition,
  model: Model,
): boolean {
  if (fault === 'wrong-count') return model.maxImagesPerCall > 1
  if (fault.startsWith('webhook-')) return webhook !== undefined
  // Of the way there, which is none of the adapter's.
  if (isDeadEnd(fault)) return false
  const isHeard = flow.kind === 'poll' && flow.listen !== undefined
  if (fault.startsWith('socket-')) return isHeard
  return fault.startsWith('job-') ? flow.kind === 'poll' : true
}

/** What is wrong with the end of a call that met a fault; undefined when it is as it must be. */
export function faultFlaw(
  rule: FaultRule,
  outcome: CallOutcome,
  call: ProviderCall,
  isLinked: boolean,
): string | undefined {
  const isIdle = rule.needsLinks === true && !isLinked
  if (outcome.kind === 'failed')
    return isIdle ? pictureFlaw(outcome, call) : classFlaw(rule, outcome)
  switch (isIdle ? 'good' : rule.pictures) {
    case 'good':
      return pictureFlaw(outcome, call)
    case 'bad':
      return outcome.images.every((image) => isCaught(image, call))
        ? undefined
        : 'a bad picture passes every check'
    case 'fewer': {
      const { images, withheld } = outcome
      if (images.length >= call.n) return 'no picture is missing'
      const isComplete = images.length + withheld.length === call.n
      return isComplete ? undefined : 'missing pictures are not named'
    }
    default:
      return 'it gave a picture'
  }
}

function classFlaw(
  { classes }: FaultRule,
  { failure }: Extract<CallOutcome, { kind: 'failed' }>,
): string | undefined {
  if (failure.message.trim() === '') return 'its failure has no message'
  if (classes === 'any' || classes.includes(failure.class)) return undefined
  return `it ended as ${failure.class} (${failure.message}), not as ${classes.join(' or ')}`
}

/** What is wrong with a call that must give what was asked for. */
export function pictureFlaw(outcome: CallOutcome, call: ProviderCall): string | undefined {
  if (outcome.kind === 'failed') {
    return `it failed as ${outcome.failure.class}: ${outcome.failure.message}`
  }
  if (outcome.images.length !== call.n) return `${outcome.images.length} of ${call.n} pictures came`
  if (outcome.withheld.length > 0) return 'it names withheld pictures, yet all came'
  const digests = new Set(outcome.images.map(({ digest }) => digest))
  if (digests.size < outcome.images.length) return 'it gave the same picture twice'
  return outcome.images.map((image) => imageFlaw(image, call)).find((flaw) => flaw !== undefined)
}

/** What the gateway's checks find wrong with one picture, from its header and structure. */
function imageFlaw({ bytes }: ProducedImage, call: ProviderCall): string | undefined {
  const structure = checkStructure(bytes)
  if (!structure.ok) return `it is ${structure.reason}`
  const { format } = structure.header
  const wanted = call.settings.format
  if (wanted !== undefined && format !== wanted) return `it is ${format}, not ${wanted}`
  const fault = outputFault(structure.header, call)
  return fault === undefined ? undefined : `it is ${fault}`
}

/** Whether a bad picture is refused, or at least so suspicious that its pixels are looked at. */
function isCaught(image: ProducedImage, call: ProviderCall): boolean {
  if (imageFlaw(image, call) !== undefined) return true
  const structure = checkStructure(image.bytes)
  if (!structure.ok) return true
  return isSuspiciouslySmall({ ...structure.header, byteLength: image.bytes.length })
}
