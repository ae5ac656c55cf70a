import type { HttpClient, HttpRequest } from '../ports/http-client.ts'
import type { Sandbox } from '../sandbox/server.ts'

/** Longer texts of a body are pictures: they hold neither prompts nor names of models. */
const MAX_TEXT = 100_000

/**
 * The way of the gateway's requests to its own sandbox, which may lead them to a dead end: refused
 * and hanging connections, names that nobody knows and broken TLS happen before a server can play
 * anything.
 */
export function ledClient(client: HttpClient, sandbox: Pick<Sandbox, 'lead'>): HttpClient {
  const led = (request: HttpRequest): HttpRequest => {
    const { addresses } = request
    const way = sandbox.lead({ url: request.url, headers: request.headers, text: textOf(request) })
    if (way.url === request.url) return { ...request, ...way }
    const privateOrigins = [...addresses.privateOrigins, new URL(way.url).origin]
    return { ...request, ...way, addresses: { ...addresses, privateOrigins } }
  }
  return {
    ...client,
    send: (request) => client.send(led(request)),
    stream: (request) => client.stream(led(request)),
  }
}

function textOf({ body }: HttpRequest): string {
  if (body?.kind === 'json') {
    return JSON.stringify(body.value, (_, value: unknown) =>
      typeof value === 'string' && value.length > MAX_TEXT ? '' : value,
    )
  }
  const parts = body?.kind === 'multipart' ? body.parts : []
  return parts.map((part) => ('value' in part ? part.value : '')).join('\n')
}
