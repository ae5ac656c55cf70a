/**
 * The reference *store-fast*: the least work that keeps every picture and records every call. It
 * buffers the answer, finds the base64 by offset, decodes, hashes, writes the file, appends a
 * ledger line and answers with the upstream's own bytes. It has no keys, budgets, prices, routes or
 * cache. Started as `node bench/references/store-fast.ts
 * '{"upstreamPort":…,"home":…,"sync":false}'`;
 * `sync` also calls fdatasync for every picture.
 */
import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { Agent, createServer, request as requestUpstream } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { serveAsChild } from '../child-side.ts'
import { readAll } from '../read-all.ts'

interface Settings {
  readonly upstreamPort: number
  readonly home: string
  readonly sync: boolean
}

const settings = JSON.parse(process.argv[2] ?? '{}') as Settings
const agent = new Agent({ keepAlive: true })
const images = join(settings.home, 'images')
const FIELD = '"b64_json":"'
const BODY_LIMIT = 64 * 1024 * 1024

mkdirSync(images, { recursive: true })
const ledger = createWriteStream(join(settings.home, 'ledger.jsonl'), { flags: 'a' })

const server = createServer({ noDelay: true }, (request, response) => {
  const { host: _host, connection: _connection, ...headers } = request.headers
  const onward = requestUpstream({
    agent,
    host: '127.0.0.1',
    port: settings.upstreamPort,
    method: request.method,
    path: request.url,
    headers,
  })
  const fail = (): void => {
    if (response.headersSent) response.destroy()
    else response.writeHead(502).end()
  }
  onward.on('error', fail)
  onward.on('response', (answer) => {
    readAll(answer, BODY_LIMIT)
      .then(async (body) => {
        if (answer.statusCode === 200) await keep(body)
        const { connection: _answerConnection, ...answerHeaders } = answer.headers
        response.writeHead(answer.statusCode ?? 502, answerHeaders)
        response.end(body)
      })
      .catch(fail)
  })
  pipeline(request, onward, () => undefined)
})

serveAsChild(server, async () => {
  agent.destroy()
  await new Promise<void>((resolve) => ledger.end(resolve))
})

async function keep(body: Buffer): Promise<void> {
  const start = body.indexOf(FIELD, 0, 'latin1') + FIELD.length
  const end = body.indexOf('"', start, 'latin1')
  if (start < FIELD.length || end === -1) throw new Error('The answer holds no picture')
  const text = body.toString('latin1', start, end)
  const bytes = Buffer.allocUnsafe(Math.ceil((text.length * 3) / 4))
  const length = bytes.write(text, 'base64')
  const picture = bytes.subarray(0, length)
  const digest = createHash('sha256').update(picture).digest('hex')
  const path = join(images, `${digest}.png`)
  const file = await open(`${path}.tmp`, 'w')
  try {
    await file.writeFile(picture)
    if (settings.sync) await file.datasync()
  } finally {
    await file.close()
  }
  await rename(`${path}.tmp`, path)
  ledger.write(`${JSON.stringify({ at: Date.now(), digest, bytes: length })}\n`)
}
