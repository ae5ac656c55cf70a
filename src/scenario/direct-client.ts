import { createBodyReader } from '../adapters/safe-fetch/body-reader.ts'
import { ExchangeError, type FailureKind, toHttpFailure } from '../adapters/safe-fetch/failure.ts'
import { toOutgoing } from '../adapters/safe-fetch/outgoing.ts'
import type { HttpAnswer, HttpClient, HttpRequest, OnConnecting } from '../ports/http-client.ts'
import type { EmulatorAnswer } from '../providers/shared/emulator.ts'
import type { SandboxClock } from '../sandbox/clock.ts'
import { type DeadEnd, isDeadEnd } from '../sandbox/dead-ends.ts'
import { emulate } from '../sandbox/emulate.ts'
import { type DeliveryFault, isDeliveryFault } from '../sandbox/faults.ts'
import type { Running } from '../sandbox/running.ts'
import { listenDirectly } from './direct-socket.ts'
import { emulatedPlace } from './emulated-place.ts'

/** How long a slow body takes on the sandbox's server: thirty pieces, two seconds each. */
const SLOW_BODY_MS = 60_000

/** What a broken delivery is for who waits: an end, a wait, or silence until he gives up. */
const deliveries: { readonly [Name in DeliveryFault]: FailureKind | number | 'silence' } = {
  hang: 'silence',
  'endless-body': 'too_large',
  'reset-before-headers': 'reset',
  'reset-in-headers': 'reset',
  'reset-after-headers': 'reset',
  'reset-in-body': 'reset',
  'content-length-long': 'reset',
  'content-length-short': 'bad_body',
  'slow-body': SLOW_BODY_MS,
  'slow-headers-31': 31_000,
  'slow-headers-61': 61_000,
  'slow-headers-121': 121_000,
  'slow-headers-301': 301_000,
}

/**
 * The way from the gateway to emulators of the same process: no socket, and every wait is one of
 * the emulators' clock. Answers are read by the code that reads those of the network.
 */
export function directClient(running: Running): HttpClient {
  const send = (request: HttpRequest): Promise<HttpAnswer> => withLimit(running, request)
  return {
    send,
    stream: async (request) => {
      const answer = await send(request)
      return { answer, headers: answer.headers, events: noEvents() }
    },
    listen: (request, onMessage) => listenDirectly(running, request, onMessage),
    close: async () => undefined,
  }
}

async function* noEvents(): AsyncGenerator<never> {}

/** Ends an exchange when its time is up or its caller gives up. */
async function withLimit(running: Running, request: HttpRequest): Promise<HttpAnswer> {
  const over = new AbortController()
  const { totalMs, headersMs } = request.timeouts
  const limitMs = Math.min(totalMs, headersMs)
  const late = running.clock.sleep(limitMs, over.signal).then(
    () => over.abort(new ExchangeError('timeout', `not done in ${limitMs} ms`)),
    () => undefined,
  )
  const giveUp = (): void => over.abort(new ExchangeError('aborted', 'given up by the caller'))
  request.signal?.addEventListener('abort', giveUp, { once: true })
  if (request.signal?.aborted === true) giveUp()
  const ended = Promise.withResolvers<never>()
  over.signal.addEventListener('abort', () => ended.reject(over.signal.reason), { once: true })
  ended.promise.catch(() => undefined)
  const tellConnected = request.onConnecting?.()
  try {
    return await Promise.race([
      exchange(running, request, over.signal, tellConnected),
      ended.promise,
    ])
  } catch (error) {
    throw toHttpFailure(error, !(error instanceof Unreached))
  } finally {
    tellConnected?.(false)
    request.signal?.removeEventListener('abort', giveUp)
    over.abort(new ExchangeError('aborted', 'over'))
    await late
  }
}

async function exchange(
  running: Running,
  request: HttpRequest,
  signal: AbortSignal,
  tellConnected: ReturnType<OnConnecting> | undefined,
): Promise<HttpAnswer> {
  const { station, ...place } = emulatedPlace(running, request.url)
  const { headers, body = new Uint8Array() } = toOutgoing(request)
  const asked = { method: request.method, headers, body, signal, ...place }
  const { answer, fault, logged } = await emulate(running, station, asked, () =>
    tellConnected?.(true),
  )
  if (isDeadEnd(fault)) await reachNothing(fault, running.clock, signal)
  if (isDeliveryFault(fault)) await deliverBroken(fault, running.clock, signal)
  logged.status = answer.status
  return read(answer, request)
}

/** A failure before anything was sent. */
class Unreached extends ExchangeError {}

/** How long a connection is tried for; see the connector of the safe client. */
const CONNECT_MS = 5_000

const kindsOfDeadEnds: { readonly [Name in DeadEnd]: FailureKind } = {
  'connect-refused': 'connect',
  'connect-hang': 'connect',
  'dns-failure': 'dns',
  'tls-failure': 'tls',
}

async function reachNothing(
  fault: DeadEnd,
  clock: SandboxClock,
  signal: AbortSignal,
): Promise<never> {
  if (fault === 'connect-hang') await clock.sleep(CONNECT_MS, signal)
  throw new Unreached(kindsOfDeadEnds[fault], `nothing is reached: ${fault}`)
}

async function deliverBroken(
  fault: DeliveryFault,
  clock: SandboxClock,
  signal: AbortSignal,
): Promise<void> {
  const delivery = deliveries[fault]
  if (typeof delivery === 'number') return clock.sleep(delivery, signal)
  if (delivery === 'silence') return new Promise(() => undefined)
  throw new ExchangeError(delivery, `the answer broke off: ${fault}`)
}

async function read(answer: EmulatorAnswer, request: HttpRequest): Promise<HttpAnswer> {
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const reader = createBodyReader({
    status: answer.status,
    contentType: headers['content-type'] ?? '',
    contentLength: undefined,
    request,
  })
  for await (const chunk of chunksOf(answer)) if (!reader.write(chunk)) break
  return { status: answer.status, headers, ...reader.end() }
}

async function* chunksOf({ body = '' }: EmulatorAnswer): AsyncGenerator<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) {
    if (body.length > 0) yield Buffer.from(body)
    return
  }
  for await (const chunk of body) yield Buffer.from(chunk)
}
