import type { EmulatorAnswer, Fault } from '../providers/shared/emulator.ts'
import { isDeadEnd } from './dead-ends.ts'

/** Answers of what stands before a provider: it never hears of the request and bills nothing. */
const edgeAnswers: { readonly [Name in Fault]?: EmulatorAnswer } = {
  'bad-gateway': page(502, 'Bad Gateway'),
  'region-blocked': message(403, 'This service is not available in your country or region.'),
  'request-timeout': message(408, 'The request took too long to arrive.'),
  conflict: message(409, 'The request conflicts with another one.'),
  'too-large': message(413, 'The request is too large.'),
  unprocessable: message(422, 'The request cannot be processed.'),
  'too-early': message(425, 'The request came too early; send it again.'),
}

/** Half the time of `flapping`: so long it is up, so long it is down. */
const FLAPPING_MS = 7_000

/** A change to what the provider really answered; by then the call is done and billed. */
interface Disguise {
  /** What the emulator has to play for it. */
  readonly plays?: Fault
  readonly change: (answer: EmulatorAnswer, now: number) => EmulatorAnswer
}

/** What `rate-limit-date` asks to wait, and `overloaded-retry-after`. */
const PAUSE_SECONDS = 30
const YEAR_SECONDS = 31_536_000
/** How long after now a deprecated model is said to be switched off. */
const SUNSET_MS = 30 * 86_400_000

const disguises: { readonly [Name in Fault]?: Disguise } = {
  html: { change: () => page(200, 'Service') },
  'gateway-timeout-billed': { change: () => page(504, 'Gateway Timeout') },
  'rate-limit-bare': { plays: 'rate-limit', change: (answer) => asksToWait(answer, undefined) },
  'rate-limit-absurd': {
    plays: 'rate-limit',
    change: (answer) => asksToWait(answer, String(YEAR_SECONDS)),
  },
  'rate-limit-date': {
    plays: 'rate-limit',
    change: (answer, now) =>
      asksToWait(answer, new Date(now + PAUSE_SECONDS * 1_000).toUTCString()),
  },
  'overloaded-retry-after': {
    plays: 'overloaded',
    change: (answer) => asksToWait(answer, String(PAUSE_SECONDS)),
  },
  // Header forms: RFC 9745 and RFC 8594.
  'deprecated-model': {
    change: (answer, now) => ({
      ...answer,
      headers: {
        ...answer.headers,
        deprecation: `@${Math.floor(now / 1_000)}`,
        sunset: new Date(now + SUNSET_MS).toUTCString(),
      },
    }),
  },
}

/** Faults that only change what the kit does: every drawing alike, ever longer latencies. */
const kitFaults: readonly Fault[] = ['same-image', 'slow-down']

/** How the answer fails to arrive. */
export const deliveryFaults = [
  'hang',
  'reset-before-headers',
  'reset-in-headers',
  'reset-after-headers',
  'reset-in-body',
  'endless-body',
  'slow-body',
  'slow-headers-31',
  'slow-headers-61',
  'slow-headers-121',
  'slow-headers-301',
  'content-length-long',
  'content-length-short',
] as const satisfies readonly Fault[]
/** See {@link deliveryFaults}. */
export type DeliveryFault = (typeof deliveryFaults)[number]

/** Whether the fault breaks the delivery of an answer. */
export const isDeliveryFault = (fault: Fault | undefined): fault is DeliveryFault =>
  (deliveryFaults as readonly (Fault | undefined)[]).includes(fault)

/** Whether the server makes this fault; emulators never see it. */
export const isServerFault = (fault: Fault): boolean =>
  fault === 'flapping' ||
  fault in edgeAnswers ||
  fault in disguises ||
  kitFaults.includes(fault) ||
  isDeadEnd(fault) ||
  isDeliveryFault(fault)

/** The answer that keeps a request from the emulator, if the fault has one at this time. */
export function edgeAnswer(fault: Fault, now: number): EmulatorAnswer | undefined {
  if (fault !== 'flapping') return edgeAnswers[fault]
  return Math.floor(now / FLAPPING_MS) % 2 === 1 ? page(503, 'Service Unavailable') : undefined
}

/** Whether the connection breaks before the emulator hears of the request, so it bills nothing. */
export const breaksBeforeWork = (fault: Fault | undefined): boolean =>
  fault === 'reset-before-headers' || isDeadEnd(fault)

/** Whether the client never sees a whole head of an answer. */
export const staysSilent = (fault: Fault | undefined): boolean =>
  fault === 'hang' || fault === 'reset-in-headers' || breaksBeforeWork(fault)

/** What an emulator has to play so that the server can make this fault of it. */
export const playedFault = (fault: Fault): Fault | undefined => disguises[fault]?.plays

/** The emulator's answer, changed as the fault wants it. */
export const disguise = (
  answer: EmulatorAnswer,
  fault: Fault | undefined,
  now: number,
): EmulatorAnswer =>
  fault === undefined ? answer : (disguises[fault]?.change(answer, now) ?? answer)

function page(status: number, title: string): EmulatorAnswer {
  const body = `<!doctype html>
<html lang="en"><head><title>${title}</title></head>
<body><h1>${title}</h1><p>This page comes from the sandbox.</p></body></html>
`
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

function message(status: number, text: string): EmulatorAnswer {
  const body = JSON.stringify({ error: { message: text, type: 'sandbox_fault' } })
  return { status, headers: { 'content-type': 'application/json' }, body }
}

/** Sets, or takes away, what a refusal says about waiting; other answers stay as they are. */
function asksToWait(answer: EmulatorAnswer, retryAfter: string | undefined): EmulatorAnswer {
  if (answer.status !== 429 && answer.status !== 503) return answer
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).filter(
      ([name]) => !/^(retry-after(-ms)?|x-ratelimit-reset.*)$/i.test(name),
    ),
  )
  if (retryAfter !== undefined) headers['retry-after'] = retryAfter
  return { ...answer, headers }
}
