import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EmulatorAnswer, EmulatorRequest } from '../providers/shared/emulator.ts'
import { CONTROL_PREFIX, control } from './control.ts'
import { isDeadEnd } from './dead-ends.ts'
import { type Delivery, deliver, deliverBroken } from './deliver.ts'
import { emulate } from './emulate.ts'
import { FAULT_HEADER, readFaultWord } from './fault-desk.ts'
import { isDeliveryFault, staysSilent } from './faults.ts'
import { readBody, sandboxLimits } from './read-body.ts'
import type { Running, Station } from './running.ts'

/** One request, taken in, and the way back to its client. */
interface Exchange {
  readonly running: Running
  readonly message: IncomingMessage
  readonly response: ServerResponse
  /** Aborts when the client is gone or the sandbox closes. */
  readonly signal: AbortSignal
}

/** Serves one request to its end. Never rejects: nobody would catch it. */
export async function serve(
  running: Running,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort(new Error('the client is gone')))
  const signal = AbortSignal.any([gone.signal, running.closing])
  const exchange: Exchange = { running, message, response, signal }
  try {
    await route(exchange)
  } catch (error) {
    // A failure after the client left is what leaving does; any other is an emulator's mistake.
    if (signal.aborted) return
    const answer = refusal(500, `the emulator failed: ${String(error)}`)
    if (response.headersSent) response.destroy()
    else await deliver(deliveryOf(exchange, answer)).catch(() => response.destroy())
  }
}

const deliveryOf = ({ running, response, signal }: Exchange, answer: EmulatorAnswer): Delivery => ({
  response,
  answer,
  signal,
  clock: running.clock,
  speed: running.speed,
})

const refusal = (status: number, text: string): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { message: text, type: 'sandbox' } }),
})

async function route(exchange: Exchange): Promise<void> {
  const { running, message } = exchange
  const refuse = (status: number, text: string) =>
    deliver(deliveryOf(exchange, refusal(status, text)))
  const place = placeOf(running, message)
  if (place === undefined) return refuse(400, 'the path cannot be decoded')
  const body = await readBody(message)
  if (body === undefined) {
    return refuse(413, `the body has more than ${sandboxLimits.maxBodyBytes} bytes`)
  }
  const { prefix, path, query } = place
  const method = message.method ?? 'GET'
  if (prefix === CONTROL_PREFIX) {
    return deliver(deliveryOf(exchange, control(running, method, path, body)))
  }
  const station = running.stations.get(prefix.slice(1))
  if (station === undefined) {
    return refuse(404, `there is no ${prefix}; emulated are: ${running.providers.join(', ')}`)
  }
  const word = message.headers[FAULT_HEADER]
  if (typeof word === 'string' && readFaultWord(word) === undefined) {
    return refuse(400, `${FAULT_HEADER} names no fault: ${word}`)
  }
  const headers = headersOf(message)
  const { signal } = exchange
  const baseUrl = `${running.origin}${prefix}`
  await answerWith(exchange, station, { method, path, query, headers, body, baseUrl, signal })
}

/** Headers as emulators see them: those that came more than once in one line. */
export const headersOf = ({ headers }: IncomingMessage): EmulatorRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )

/** Splits `/<emulator>/<path>`; undefined when the path is no proper one. */
export function placeOf(
  { origin }: Running,
  message: IncomingMessage,
): { prefix: string; path: string; query: URLSearchParams } | undefined {
  const url = URL.parse(message.url ?? '/', origin)
  if (url === null) return undefined
  const end = url.pathname.indexOf('/', 1)
  const prefix = end === -1 ? url.pathname : url.pathname.slice(0, end)
  try {
    const path = end === -1 ? '/' : decodeURIComponent(url.pathname.slice(end))
    return { prefix, path, query: url.searchParams }
  } catch {
    return undefined
  }
}

/** Brings what the emulator answers to the client, in the way the fault wants it. */
async function answerWith(
  exchange: Exchange,
  station: Station,
  request: EmulatorRequest,
): Promise<void> {
  const { answer, fault, logged } = await emulate(exchange.running, station, request)
  const delivery = deliveryOf(exchange, answer)
  if (!staysSilent(fault) && !delivery.signal.aborted) logged.status = answer.status
  if (isDeliveryFault(fault)) return deliverBroken(delivery, fault)
  // Who came as far as this is connected: breaking that off is the nearest there is.
  await (isDeadEnd(fault) ? deliverBroken(delivery, 'reset-before-headers') : deliver(delivery))
}
