import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { rate } from '../../core/pricing/rate.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, inputOf, jsonOf } from '../../testing/hosted-calls.ts'
import { estimate } from './estimate.ts'
import gemini from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const input = inputOf(64, 64)
const usual = { settings: { format: 'png', resolution: '1k' } } as const
const callFor = (changes: Partial<CallPlan> = {}, id = 'gemini-nano-banana-2.1') =>
  callOf(gemini, id, { ...usual, ...changes })
const bodyOf = (call: ProviderCall): unknown => jsonOf(toWire(call))

describe('printing a call', () => {
  test('asks for a picture alone, for as little thinking as there is, and within the hold', () => {
    expect(toWire(callFor())).toEqual({
      method: 'POST',
      url: '/models/gemini-nano-banana-2.1:generateContent',
      body: {
        kind: 'json',
        value: {
          contents: [{ role: 'user', parts: [{ text: 'a lighthouse at dusk' }] }],
          generationConfig: {
            responseModalities: ['IMAGE'],
            maxOutputTokens: 1_120 + 2_048,
            imageConfig: { imageSize: '1K' },
            thinkingConfig: { thinkingLevel: 'minimal' },
          },
        },
      },
    })
  })

  test('input images follow the words', () => {
    const call = callFor({ operation: 'edit', images: [input, { ...input, format: 'jpeg' }] })
    expect(bodyOf(call)).toMatchObject({
      contents: [
        {
          parts: [
            { text: 'a lighthouse at dusk' },
            { inlineData: { mimeType: 'image/png', data: 'AQID' } },
            { inlineData: { mimeType: 'image/jpeg', data: 'AQID' } },
          ],
        },
      ],
    })
  })

  test('every setting and option has its place', () => {
    const call = callFor({
      settings: { aspect: '16:9', resolution: '4k', moderation: 'low' },
      options: { thinking_level: 'high', google_search: true },
    })
    expect(bodyOf(call)).toMatchObject({
      generationConfig: {
        imageConfig: { aspectRatio: '16:9', imageSize: '4K' },
        thinkingConfig: { thinkingLevel: 'high' },
        maxOutputTokens: 5_040 + 16_384,
      },
      safetySettings: [
        { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_ONLY_HIGH' },
        { category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_ONLY_HIGH' },
        { category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', threshold: 'BLOCK_ONLY_HIGH' },
        { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', threshold: 'BLOCK_ONLY_HIGH' },
      ],
      tools: [{ googleSearch: {} }],
    })
  })

  test('the threshold of the options wins over the common parameter', () => {
    const call = callFor({ settings: { moderation: 'low' }, options: { safety_threshold: 'off' } })
    expect(bodyOf(call)).toMatchObject({ safetySettings: [{ threshold: 'OFF' }, {}, {}, {}] })
  })

  test('a model without sizes and thinking is told of neither', () => {
    const call = callFor({ settings: { aspect: '3:2' } }, 'gemini-2.5-flash-image')
    expect(bodyOf(call)).toMatchObject({
      generationConfig: {
        responseModalities: ['IMAGE'],
        maxOutputTokens: 1_290,
        imageConfig: { aspectRatio: '3:2' },
      },
    })
    expect(JSON.stringify(bodyOf(call))).not.toContain('thinking')
  })

  test.each([
    [0, undefined],
    [2, true],
  ])('a stream with %i previews asks for thoughts: %s', (partialImages, includeThoughts) => {
    const call = callFor({ partialImages })
    expect(toWire(call).url).toBe('/models/gemini-nano-banana-2.1:streamGenerateContent?alt=sse')
    const level = { thinkingLevel: 'minimal' }
    const thoughts = includeThoughts === undefined ? level : { ...level, includeThoughts }
    expect(bodyOf(call)).toMatchObject({ generationConfig: { thinkingConfig: thoughts } })
  })
})

describe('options', () => {
  test.each([
    ['gemini-3-pro-image', { thinking_level: 'high' }, 'gemini.thinking_level', 'no choice'],
    ['gemini-3.1-flash-lite-image', { thinking_level: 'medium' }, 'gemini.thinking_level', 'only'],
    ['gemini-nano-banana-2.1', { person_generation: 'x' }, 'gemini.person_generation', 'Vertex'],
    ['gemini-nano-banana-2.1', { seed: 7 }, 'gemini.seed', 'ignores'],
    ['gemini-nano-banana-2.1', { google_search: 'yes' }, 'gemini.google_search', 'boolean'],
  ])('%s refuses %j', (model, options, param, reason) => {
    const unfit = checkOptions(callFor({ options }, model))
    expect(unfit).toMatchObject({ code: 'options', param })
    expect(unfit?.reason).toContain(reason)
  })

  test('a request beyond 100 MB is refused before it is sent', () => {
    const images = [1, 2].map(() => ({ ...input, byteLength: 40_000_000 }))
    expect(checkOptions(callFor({ images }))).toMatchObject({ code: 'inputs', param: 'image' })
  })
})

describe('what a picture costs', () => {
  /** Dollars of the picture itself: image tokens alone. */
  const priceOf = (model: string, resolution: string | undefined, bound: 'low' | 'high') => {
    const settings = resolution === undefined ? {} : { resolution }
    const usage = estimate(callFor({ settings }, model))[bound]
    const [row] = gemini.prices.filter(({ offer }) => offer === `gemini/${model}`)
    if (row === undefined) throw new Error(`no price of ${model}`)
    const tokens = { ...usage.tokens, textIn: 0, imageIn: 0, textOut: 0 }
    const rated = rate(row, { ...usage, tokens })
    return rated.ok ? dollarsFromNano(rated.charge.totalNano) : rated.reason.text
  }

  test.each([
    ['gemini-nano-banana-2.1', '1k', '0.0336'],
    ['gemini-3-pro-image', '1k', '0.1344'],
    ['gemini-3-pro-image', '2k', '0.1344'],
    ['gemini-3-pro-image', '4k', '0.24'],
    ['gemini-3.1-flash-lite-image', undefined, '0.0336'],
    ['gemini-3.1-flash-image', '512', '0.04482'],
    ['gemini-3.1-flash-image', '1k', '0.0672'],
    ['gemini-3.1-flash-image', '2k', '0.1008'],
    ['gemini-3.1-flash-image', '4k', '0.1512'],
    ['gemini-2.5-flash-image', undefined, '0.0387'],
  ])('%s at %s is exactly $%s, as published', (model, resolution, dollars) => {
    expect(priceOf(model, resolution, 'low')).toBe(dollars)
    expect(priceOf(model, resolution, 'high')).toBe(dollars)
  })

  test.each([
    ['2k', '0.0336', '0.1008'],
    ['4k', '0.0336', '0.1512'],
  ])('Nano Banana 2.1 at %s is a range, because no count is published', (resolution, low, high) => {
    expect(priceOf('gemini-nano-banana-2.1', resolution, 'low')).toBe(low)
    expect(priceOf('gemini-nano-banana-2.1', resolution, 'high')).toBe(high)
  })

  test('searches are in the quote only when the caller allows them', () => {
    expect(estimate(callFor()).high.searches).toBe(0)
    const searching = estimate(callFor({ options: { google_search: true } }))
    expect([searching.low.searches, searching.high.searches]).toEqual([0, 10])
  })
})
