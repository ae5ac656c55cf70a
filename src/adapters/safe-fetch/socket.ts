import { type Dispatcher, WebSocket } from 'undici'
import type { SocketMessage, SocketRequest } from '../../ports/http-client.ts'
import { ExchangeError, toHttpFailure } from './failure.ts'

/** Where the messages of a socket go, and which connections it is opened by. */
interface Ear {
  readonly dispatcher: Dispatcher
  readonly onMessage: (message: SocketMessage) => void
}

/**
 * Listens until either side closes. No `Origin` is sent: servers on a person's own machine refuse
 * foreign ones. A message that is too large breaks the socket before it is read.
 * @throws HttpFailure
 */
export async function listenTo(
  target: URL,
  request: SocketRequest,
  { dispatcher, onMessage }: Ear,
): Promise<void> {
  const { greeting, openMs, totalMs, maxMessages, signal } = request
  if (signal.aborted) return
  const url = new URL(target)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const headers = { 'user-agent': 'keeprate', ...request.headers }
  const socket = new WebSocket(url, { dispatcher, headers })
  socket.binaryType = 'arraybuffer'
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let count = 0
  let isOpen = false
  const late = setTimeout(() => {
    reject(new ExchangeError('timeout', `the socket did not open in ${openMs} ms`))
  }, openMs)
  const limit =
    totalMs === undefined
      ? undefined
      : setTimeout(() => reject(new ExchangeError('timeout', `over ${totalMs} ms`)), totalMs)
  const close = (): void => resolve()
  signal.addEventListener('abort', close, { once: true })
  socket.addEventListener('open', () => {
    isOpen = true
    clearTimeout(late)
    if (greeting !== undefined) socket.send(greeting)
  })
  socket.addEventListener('message', ({ data }) => {
    count += 1
    if (signal.aborted) return
    try {
      if (count > maxMessages) throw new ExchangeError('too_large', `over ${maxMessages} messages`)
      onMessage(typeof data === 'string' ? data : new Uint8Array(data))
    } catch (error) {
      reject(error)
    }
  })
  socket.addEventListener('error', ({ error, message }) => reject(error ?? new Error(message)))
  socket.addEventListener('close', close)
  try {
    await promise
  } catch (error) {
    throw toHttpFailure(error, isOpen)
  } finally {
    clearTimeout(late)
    clearTimeout(limit)
    signal.removeEventListener('abort', close)
    socket.close()
  }
}
