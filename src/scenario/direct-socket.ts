import { ExchangeError, toHttpFailure } from '../adapters/safe-fetch/failure.ts'
import type { SocketMessage, SocketRequest } from '../ports/http-client.ts'
import { connectEmulated } from '../sandbox/emulate.ts'
import type { Running } from '../sandbox/running.ts'
import { emulatedPlace } from './emulated-place.ts'

/** Listens to an emulator of the same process; what it sends comes at once. */
export async function listenDirectly(
  running: Running,
  request: SocketRequest,
  onMessage: (message: SocketMessage) => void,
): Promise<void> {
  const { greeting, headers } = request
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const closed = new AbortController()
  const signal = AbortSignal.any([request.signal, closed.signal])
  signal.addEventListener('abort', () => resolve(), { once: true })
  try {
    const { station, ...place } = emulatedPlace(running, request.url)
    const asked = { method: 'GET', headers, body: new Uint8Array(), signal, ...place }
    const taken = connectEmulated(running, station, asked)
    if (typeof taken !== 'function') {
      throw new ExchangeError('connect', `the socket was refused with ${taken.status}`)
    }
    taken({
      closed: signal,
      send: (message) => {
        if (!signal.aborted) onMessage(message)
      },
      close: () => closed.abort(),
      destroy: () => {
        reject(new ExchangeError('reset', 'the socket broke'))
        closed.abort()
      },
      onText: (listener) => {
        if (greeting !== undefined) listener(greeting)
      },
    })
    await promise
  } catch (error) {
    throw toHttpFailure(error, false)
  } finally {
    closed.abort()
  }
}
