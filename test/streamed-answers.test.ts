import { expect, test } from 'vitest'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { withHttpStand } from './http-stand.ts'

interface Completed {
  readonly type: string
  readonly usage: { readonly total_tokens: number }
  readonly keeprate?: { readonly cost: string; readonly images: readonly string[] }
}

test('a stream of several pictures tells what the request cost once, with the last', () =>
  withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
    const body = { prompt: 'a cup', n: 3, stream: true }
    const text = await (await stand.ask('POST', '/v1/images/generations', { body })).text()
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(
      ([, data = '']) => JSON.parse(data) as Completed,
    )
    expect(events.map(({ type }) => type)).toEqual(Array(3).fill('image_generation.completed'))
    expect(events.every(({ usage }) => usage.total_tokens === 0)).toBe(true)
    const told = events.map(({ keeprate }) => keeprate && [keeprate.cost, keeprate.images.length])
    expect(told).toEqual([undefined, undefined, ['0.03', 3]])
  }))
