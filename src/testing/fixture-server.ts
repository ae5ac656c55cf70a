import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpAnswer, HttpClient, HttpEvent, HttpRequest } from '../ports/http-client.ts'
import { bodyOf, type Fixture, headersOf } from './fixture.ts'

/** Longest time for one recorded answer. */
const LIMIT_MS = 10_000
const MAX_BYTES = 64 * 1024 * 1024

/** Sends a recorded answer over real HTTP, so that it is read as it would be from the provider. */
export async function replay(
  fixture: Fixture,
  http: HttpClient,
  imageFields: readonly string[],
): Promise<{ readonly answer: HttpAnswer | undefined; readonly events: readonly HttpEvent[] }> {
  const server = createServer((_request, response) => {
    response.sendDate = false
    response.writeHead(fixture.status, headersOf(fixture)).end(bodyOf(fixture))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const request: HttpRequest = {
    method: 'GET',
    url: `${origin}/`,
    headers: {},
    addresses: { privateOrigins: [origin] },
    imageFields,
    maxRedirects: 0,
    timeouts: { headersMs: LIMIT_MS, totalMs: LIMIT_MS },
    maxBytes: MAX_BYTES,
  }
  try {
    if (fixture.kind !== 'event') return { answer: await http.send(request), events: [] }
    const { answer, events } = await http.stream(request)
    const received: HttpEvent[] = []
    for await (const event of events) received.push(event)
    return { answer, events: received }
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
