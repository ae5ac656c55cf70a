import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Emulator, EmulatorAnswer, EmulatorRequest } from '../providers/shared/emulator.ts'
import { CONTROL_PREFIX, type ControlContext, control } from './control.ts'
import { type Delivery, deliver, deliverBroken } from './deliver.ts'
import { FAULT_HEADER, readFaultWord } from './fault-desk.ts'
import {
  breaksBeforeWork,
  disguise,
  edgeAnswer,
  isDeliveryFault,
  isServerFault,
  staysSilent,
} from './faults.ts'
import { createKit, type EmulatorMemory, type KitContext } from './kit.ts'
import { readBody, sandboxLimits } from './read-body.ts'

/** An emulator and what it keeps between requests. */
export interface Station {
  readonly emulator: Emulator
  readonly memory: EmulatorMemory
}

/** All that a running sandbox serves its requests from. */
export interface Running extends KitContext, ControlContext {
  readonly origin: string
  /** By provider id. */
  readonly stations: ReadonlyMap<string, Station>
}

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
  await emulate(exchange, station, { method, path, query, headers, body, baseUrl, signal })
}

/** Headers as emulators see them: those that came more than once in one line. */
const headersOf = ({ headers }: IncomingMessage): EmulatorRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )

/** Splits `/<emulator>/<path>`; undefined when the path is no proper one. */
function placeOf(
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

/** Lets the emulator answer, with the fault that the server makes around it. */
async function emulate(
  exchange: Exchange,
  { emulator, memory }: Station,
  request: EmulatorRequest,
): Promise<void> {
  const { running } = exchange
  const provider = emulator.id
  const { method, path, headers, body } = request
  const at = running.clock.now()
  const logged = running.log.begin({ provider, method, path, at })
  const fault = running.desk.next({ provider, headers, text: body, isWanted: isServerFault })
  let answer = fault === undefined ? undefined : edgeAnswer(fault, at)
  if (answer === undefined && !breaksBeforeWork(fault)) {
    // A client may give up on a broken delivery; the provider works on, and bills.
    const signal = isDeliveryFault(fault) ? running.closing : request.signal
    const kit = createKit(running, provider, memory, request, fault)
    try {
      const native = await emulator.handle({ ...request, signal }, kit)
      answer = disguise(native, fault, running.clock.now())
    } catch (error) {
      if (!signal.aborted) logged.status = 500
      throw error
    }
  }
  const delivery = deliveryOf(exchange, answer ?? { status: 200 })
  if (!staysSilent(fault) && !delivery.signal.aborted) logged.status = delivery.answer.status
  await (isDeliveryFault(fault) ? deliverBroken(delivery, fault) : deliver(delivery))
}
