/**
 * The reference *pipe*: a proxy on node:http that looks at nothing. No gateway on Node's HTTP can
 * cost less. Started as `node bench/references/pipe.ts '{"upstreamPort":…}'`.
 */
import { Agent, createServer, request as requestUpstream } from 'node:http'
import { pipeline } from 'node:stream'
import { serveAsChild } from '../child-side.ts'

const { upstreamPort } = JSON.parse(process.argv[2] ?? '{}') as { upstreamPort: number }
const agent = new Agent({ keepAlive: true })

const server = createServer({ noDelay: true }, (request, response) => {
  const { host: _host, connection: _connection, ...headers } = request.headers
  const onward = requestUpstream({
    agent,
    host: '127.0.0.1',
    port: upstreamPort,
    method: request.method,
    path: request.url,
    headers,
  })
  onward.on('response', (answer) => {
    const { connection: _answerConnection, ...answerHeaders } = answer.headers
    response.writeHead(answer.statusCode ?? 502, answerHeaders)
    pipeline(answer, response, () => undefined)
  })
  onward.on('error', () => {
    if (response.headersSent) response.destroy()
    else response.writeHead(502).end()
  })
  pipeline(request, onward, () => undefined)
})

serveAsChild(server, async () => agent.destroy())
