import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startRawServer } from '../../src/testing/loopback-server.ts'
import { exchange, jsonOf } from './exchange.ts'
import { makeKeys } from './keys.ts'
import { filePart, makeForm, textPart } from './multipart.ts'
import { makePng } from './pictures.ts'
import { clearStand, runProgram, type Stand, startStand } from './stand.ts'

const ADMIN_KEY = 'sk-admin-canary-of-these-tests'
const PROVIDER_KEY = 'sk-provider-canary'
const JSON_TYPE = { 'content-type': 'application/json' }
const GENERATIONS = '/v1/images/generations'

describe('what a provider is told', () => {
  let stand: Stand
  let provider: Awaited<ReturnType<typeof startRawServer>>
  let received = ''

  beforeAll(async () => {
    provider = await startRawServer((socket) => {
      socket.on('data', (chunk) => {
        received += String(chunk)
        socket.end('HTTP/1.1 500 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
      })
    })
    const own = `base_url: "${provider.origin}/v1", allow_private: true, api_key: ${PROVIDER_KEY}`
    stand = await startStand({
      config: `providers:\n  openai: { ${own} }\n`,
      environment: { KEEPRATE_ADMIN_KEY: ADMIN_KEY },
    })
  })
  afterAll(async () => {
    await clearStand(stand)
    await provider.close()
  })

  test('is the prompt and our own key, and nothing of the caller or our inside', async () => {
    const answer = await exchange(stand.url, {
      method: 'POST',
      path: GENERATIONS,
      headers: {
        ...JSON_TYPE,
        authorization: `Bearer ${ADMIN_KEY}`,
        cookie: 'session=cookie-canary',
        'x-forwarded-for': '203.0.113.7',
        'openai-organization': 'organization-canary',
        'idempotency-key': 'idempotency-canary',
        'x-custom': 'header-canary',
        'x-keeprate-user': 'user-canary',
        'x-keeprate-tags': 'team=tag-canary',
      },
      body: '{"model":"gpt-image-2","prompt":"a cup for everybody"}',
    })
    expect(answer.status).toBe(503)
    expect(received).toContain('a cup for everybody')
    expect(received).toContain(`Bearer ${PROVIDER_KEY}`)
    const foreign = received.replaceAll(PROVIDER_KEY, '')
    expect(foreign).not.toMatch(/canary|203\.0\.113\.7|x-keeprate|hld_|key_/i)
    expect(answer.body.toString('utf8')).not.toContain(PROVIDER_KEY)
  })
})

describe('what is written down', () => {
  let stand: Stand
  let secrets: Readonly<Record<'good' | 'revoked', string>>
  const picture = makePng({ width: 1024, height: 1024 })

  const post = async (headers: Record<string, string>, body: string | Buffer, path = GENERATIONS) =>
    exchange(stand.url, {
      method: 'POST',
      path,
      headers: { authorization: `Bearer ${secrets.good}`, ...headers },
      body,
    })

  beforeAll(async () => {
    stand = await startStand({
      environment: { KEEPRATE_LOG_LEVEL: 'debug', KEEPRATE_ADMIN_KEY: ADMIN_KEY },
    })
    const scopes = ['images:write', 'images:read', 'models:read'] as const
    secrets = await makeKeys(stand, undefined, {
      good: { scopes },
      revoked: { scopes, isRevoked: true },
    })
    const prompts = [
      '',
      'sandbox:truncated',
      'sandbox:bad-gateway',
      'sandbox:html',
      'sandbox:blank',
    ]
    for (const word of prompts) {
      for (const model of ['gpt-image-1-mini', 'flux-2-klein-4b', 'sd3.5-flash']) {
        await post(JSON_TYPE, JSON.stringify({ model, prompt: `prompt-canary ${word}` }))
      }
    }
    const parts = [textPart('prompt', 'prompt-canary'), filePart('image', await picture)]
    const { headers, body } = makeForm(parts)
    await post(headers, body, '/v1/images/edits')
    await post(headers, body.subarray(0, 1_000), '/v1/images/edits')
    const image_url = `data:image/png;base64,${(await picture).toString('base64')}`
    for (const search of ['prompt-canary', '']) {
      const keeprate = { operation: 'search_and_replace', search }
      const asked = { prompt: 'prompt-canary', images: [{ image_url }], keeprate }
      await post(JSON_TYPE, JSON.stringify(asked), '/v1/images/edits')
    }
    await post({ ...JSON_TYPE, authorization: `Bearer ${secrets.revoked}` }, '{}')
    await post({ ...JSON_TYPE, authorization: 'Bearer wrong-canary' }, '{}')
  })
  afterAll(() => clearStand(stand))

  test('the log has no key, no prompt and no picture, at its most talkative', async () => {
    const log = stand.log()
    expect(log).not.toBe('')
    for (const secret of [ADMIN_KEY, secrets.good, secrets.revoked]) {
      expect(log).not.toContain(secret)
    }
    expect(log).not.toMatch(/prompt-canary|wrong-canary|iVBORw0KGgo/)
    expect(log).not.toMatch(/[A-Za-z0-9+/]{200}/)
    for (const line of log.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })

  test('no file has a secret, and every one is named by its content', async () => {
    const names = await readdir(stand.home, { recursive: true, withFileTypes: true })
    const files = names.filter((entry) => entry.isFile())
    for (const { parentPath, name } of files) {
      const text = (await readFile(join(parentPath, name))).toString('latin1')
      for (const secret of [ADMIN_KEY, secrets.good, secrets.revoked]) {
        expect(text.includes(secret), name).toBe(false)
      }
      expect(name).toMatch(/^([0-9a-f]{64}|keeprate\.db(-wal|-shm)?)$/)
    }
    expect(files.length).toBeGreaterThan(5)
  })

  test('lists show of a key what is enough to recognise it', async () => {
    const { output } = await runProgram(['keys', 'list', '--json'], { KEEPRATE_HOME: stand.home })
    const keys = JSON.parse(output) as readonly { readonly key: string }[]
    expect(keys.map(({ key }) => key)).toContain(
      `${secrets.good.slice(0, 16)}…${secrets.good.slice(-4)}`,
    )
    expect(output).not.toContain(secrets.good)
  })

  test('a receipt has the prompt, but no key', async () => {
    const headers = { authorization: `Bearer ${secrets.good}` }
    const list = await exchange(stand.url, { path: '/v1/requests', headers })
    const [{ id }] = jsonOf(list).data as [{ readonly id: string }]
    const receipt = await exchange(stand.url, { path: `/v1/requests/${id}`, headers })
    expect(receipt.body.toString('utf8')).toContain('prompt-canary')
    expect(receipt.body.toString('utf8')).not.toMatch(/sk-|api_key|authorization/i)
  })
})
