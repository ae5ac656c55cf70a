import type { HttpAnswer, HttpClient, HttpRequest } from '../../ports/http-client.ts'
import { type AddressLookup, type Target, toTarget } from './address-policy.ts'
import { type Agents, createAgents, type DispatcherOptions } from './connector.ts'
import { Deadline } from './deadline.ts'
import { ExchangeError, toHttpFailure } from './failure.ts'
import { type HopOutcome, runHop } from './hop.ts'
import { toOutgoing, toRedirected } from './outgoing.ts'
import { listenTo } from './socket.ts'

/** What may be set from outside. */
export interface SafeFetchSettings {
  readonly dispatcherOptions?: DispatcherOptions
  /** How names are resolved; the system's resolver if absent. */
  readonly lookup?: AddressLookup
}

/**
 * Makes the HTTP client. It reaches public addresses over https and, besides them, only the origins
 * a request lists as private. Redirects of GET are followed by hand, each target being checked like
 * a first one and told nothing but `accept` and `user-agent`; other methods are never redirected,
 * since that would carry a prompt to a host that nobody chose.
 */
export function createSafeFetch(settings: SafeFetchSettings = {}): HttpClient {
  const agents = createAgents(settings.dispatcherOptions, settings.lookup)
  return {
    send: async (request) => {
      const deadline = new Deadline(request)
      try {
        return toAnswer(await exchange(agents, request, deadline, false))
      } finally {
        deadline.close()
      }
    },
    stream: async (request) => {
      const deadline = new Deadline(request)
      let isStreaming = false
      try {
        const outcome = await exchange(agents, request, deadline, true)
        if (outcome.kind !== 'events') {
          const answer = toAnswer(outcome)
          return { answer, headers: answer.headers, events: noEvents() }
        }
        isStreaming = true
        return { answer: undefined, headers: outcome.headers, events: outcome.events }
      } finally {
        if (!isStreaming) deadline.close()
      }
    },
    listen: async (request, onMessage) => {
      const { url, mayBePrivate } = checked(request.url, request, undefined)
      const dispatcher = mayBePrivate ? agents.privateToo : agents.publicOnly
      await listenTo(url, request, { dispatcher, onMessage })
    },
    close: async () => {
      await Promise.all([agents.publicOnly.close(), agents.privateToo.close()])
    },
  }
}

async function* noEvents(): AsyncGenerator<never> {}

function toAnswer(outcome: Exclude<HopOutcome, { kind: 'redirect' }>): HttpAnswer {
  if (outcome.kind === 'answer') return outcome.answer
  throw new TypeError('events that nobody asked for')
}

/** Sends a request and follows it. @throws HttpFailure */
async function exchange(
  agents: Agents,
  request: HttpRequest,
  deadline: Deadline,
  wantsEvents: boolean,
): Promise<Exclude<HopOutcome, { kind: 'redirect' }>> {
  let target = checked(request.url, request, undefined)
  let outgoing = toOutgoing(request)
  for (let hops = 0; ; hops += 1) {
    const outcome = await runHop({
      dispatcher: target.mayBePrivate ? agents.privateToo : agents.publicOnly,
      url: target.url,
      outgoing,
      request,
      deadline,
      wasSent: hops > 0,
      wantsEvents,
    })
    if (outcome.kind !== 'redirect') return outcome
    if (hops >= request.maxRedirects) {
      const error = new ExchangeError('too_many_redirects', `more than ${hops} redirects`)
      throw toHttpFailure(error, true)
    }
    target = checked(outcome.location, request, target.url)
    outgoing = toRedirected(outgoing)
  }
}

function checked(
  address: string,
  request: Pick<HttpRequest, 'addresses'>,
  base: URL | undefined,
): Target {
  try {
    return toTarget(address, request.addresses, base)
  } catch (error) {
    throw toHttpFailure(error, base !== undefined)
  }
}
