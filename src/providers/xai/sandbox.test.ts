import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../core/quality/image-header.ts'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import emulator from './sandbox.ts'

let now = Date.UTC(2026, 10, 20)
let sandbox: Sandbox

beforeAll(async () => {
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  sandbox = await startSandbox({ emulators: [emulator], speed: 1, seed: 1, clock })
})
afterAll(() => sandbox.close())

const post = async (path: string, body: object, key = 'xai-test') => {
  const response = await fetch(`${sandbox.baseUrl('xai')}/images/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ prompt: 'a red cup', ...body }),
  })
  const json = (await response.json()) as {
    error?: string
    data?: { b64_json?: string; url?: string }[]
    usage?: { cost_in_usd_ticks: number }
  }
  return { status: response.status, json }
}

describe('what is not taken is refused', () => {
  test.each([
    ['generations', { size: '1024x1024' }, 'Argument not supported: size'],
    ['generations', { style: 'vivid' }, 'Argument not supported: style'],
    ['generations', { quality: 'low' }, 'Argument not supported: quality'],
    ['generations', { model: 'grok-imagine-image-2.0', quality: 'high' }, 'Invalid quality'],
    ['generations', { aspect_ratio: '21:9' }, 'Invalid aspect_ratio'],
    ['generations', { resolution: '4k' }, 'Invalid resolution'],
    ['generations', { n: 11 }, 'between 1 and 10'],
    ['generations', { prompt: ' ' }, 'Prompt cannot be empty'],
    ['edits', {}, 'An image is required'],
    ['edits', { image: { url: 'https://elsewhere.example/a.png' } }, 'Failed to read'],
  ])('%s with %j', async (path, body, message) => {
    const { status, json } = await post(path, body)
    expect(status).toBe(400)
    expect(json.error).toContain(message)
  })
})

test.each([
  [{ model: 'grok-imagine-image' }, 200_000_000],
  [{ model: 'grok-imagine-image-pro', resolution: '2k' }, 700_000_000],
  [{ model: 'grok-imagine-image-2.0' }, 400_000_000],
  [{ model: 'grok-imagine-image-2.0', quality: 'medium' }, 600_000_000],
])('%j costs %i ticks, as billed', async (body, ticks) => {
  const { json } = await post('generations', { ...body, response_format: 'b64_json' })
  expect(json.usage?.cost_in_usd_ticks).toBe(ticks)
  expect(Number(sandbox.bill().at(-1)?.dollars) * 1e10).toBeCloseTo(ticks, 0)
})

test('a link is good for an hour', async () => {
  const { json } = await post('generations', { aspect_ratio: '2:1' })
  const url = json.data?.[0]?.url ?? ''
  const picture = await fetch(url)
  const header = readImageHeader(new Uint8Array(await picture.arrayBuffer()))
  expect(header).toMatchObject({ format: 'jpeg', width: 1456, height: 720 })
  now += 3_600_000
  expect((await fetch(url)).status).toBe(404)
})
