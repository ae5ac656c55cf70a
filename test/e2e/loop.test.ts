import { expect, test } from 'vitest'
import { exchange, jsonOf } from './exchange.ts'
import { freePort } from './free-port.ts'
import { clearStand, startStand } from './stand.ts'

const KEY = 'sk-keeprate-loop-0123456789'

test('a gateway whose provider is itself refuses its own request at the first hop', async () => {
  const port = await freePort()
  const config = `
sandbox: none
providers:
  itself:
    kind: openai-compatible
    base_url: http://127.0.0.1:${port}/v1
    api_key: ${KEY}
    allow_private: true
    settings: { models: [{ id: gpt-image-2, price_like: openai/gpt-image-2 }] }
`
  const environment = {
    KEEPRATE_PORT: String(port),
    KEEPRATE_ADMIN_KEY: KEY,
    KEEPRATE_BREAKER_FAILURES: '0',
  }
  const stand = await startStand({ config, environment })
  try {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
    const answer = await exchange(stand.url, {
      method: 'POST',
      path: '/v1/images/generations',
      headers,
      body: JSON.stringify({ prompt: 'a cup', model: 'itself/gpt-image-2' }),
    })
    expect(answer.status).toBe(503)
    const { error } = jsonOf(answer) as { error: { tried: unknown[]; message: string } }
    expect(error.tried).toHaveLength(1)
    expect(error.message).toContain('goes round in circles')
    const list = jsonOf(await exchange(stand.url, { path: '/v1/requests', headers }))
    expect(list.data).toMatchObject([{ status: 'failed', cost: '0' }])
  } finally {
    await clearStand(stand)
  }
})
