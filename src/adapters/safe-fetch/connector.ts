import { lookup as systemLookup } from 'node:dns/promises'
import { Agent, buildConnector } from 'undici'
import {
  type AddressLookup,
  checkedLookup,
  checkLiteral,
  isPublicAddress,
} from './address-policy.ts'
import { codeOf, ExchangeError, type FailureKind } from './failure.ts'

/** Settings of the connections; addresses, protocol and pipelining are not among them. */
export type DispatcherOptions = Omit<
  Agent.Options,
  'connect' | 'factory' | 'pipelining' | 'allowH2'
> & {
  /** Options of sockets and TLS, such as `ca`. */
  readonly connect?: Omit<buildConnector.BuildOptions, 'lookup' | 'timeout' | 'allowH2'>
}

/** The connections: one set that reaches public addresses only, and one for the operator's own. */
export interface Agents {
  readonly publicOnly: Agent
  readonly privateToo: Agent
}

/** Limits of connecting. */
const connectionLimits = {
  /** Name, connection and TLS handshake together. */
  connectMs: 5_000,
  /** Connections to one origin; admission bounds what is in flight far below. */
  perOrigin: 512,
  /** One message of a WebSocket: a preview of some megapixels; larger ones break it. */
  maxMessageBytes: 8 * 1024 * 1024,
} as const

/**
 * Makes the connection pools. HTTP/1.1 with one exchange a connection at a time: a large answer
 * then delays no other, and a broken one breaks no other. Idle connections are closed by undici's
 * rule after 4 s (or the server's hint): a request on a connection that the server has just closed
 * is lost with unknown outcome, which is worse than another handshake. undici sets TCP_NODELAY on
 * every socket.
 */
export function createAgents(
  options: DispatcherOptions = {},
  lookup: AddressLookup = (hostname) => systemLookup(hostname, { all: true }),
): Agents {
  const { connect, ...rest } = options
  const settings = {
    connections: connectionLimits.perOrigin,
    ...rest,
    webSocket: { maxPayloadSize: connectionLimits.maxMessageBytes },
    pipelining: 1,
    allowH2: false,
  }
  const socket = { ...connect, timeout: connectionLimits.connectMs, allowH2: false }
  const publicSocket = { ...socket, lookup: checkedLookup(lookup, isPublicAddress) }
  const anySocket = { ...socket, lookup: checkedLookup(lookup, () => true) }
  return {
    publicOnly: new Agent({ ...settings, connect: withKinds(publicSocket, checkLiteral) }),
    privateToo: new Agent({ ...settings, connect: withKinds(anySocket, () => undefined) }),
  }
}

/**
 * Connects, and says why not. Literal addresses are checked here once more, because a socket looks
 * up names only.
 */
function withKinds(
  options: buildConnector.BuildOptions,
  check: (hostname: string) => void,
): buildConnector.connector {
  const connect = buildConnector(options)
  return (target, callback) => {
    try {
      check(target.hostname)
    } catch (error) {
      queueMicrotask(() => callback(error as Error, null))
      return
    }
    connect(target, (...[error, socket]) => {
      if (error === null) callback(null, socket)
      else callback(toConnectError(error, target.protocol), null)
    })
  }
}

function toConnectError(error: Error, protocol: string): ExchangeError {
  if (error instanceof ExchangeError) return error
  return new ExchangeError(connectKind(error, protocol), error.message || codeOf(error), {
    cause: error,
  })
}

function connectKind(error: Error, protocol: string): FailureKind {
  // Several addresses were tried, or one, or time was up; whatever comes later belongs to TLS.
  const isConnecting =
    error instanceof AggregateError ||
    ('syscall' in error && error.syscall === 'connect') ||
    codeOf(error) === 'UND_ERR_CONNECT_TIMEOUT'
  return isConnecting || protocol === 'http:' ? 'connect' : 'tls'
}
