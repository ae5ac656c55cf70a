import { describe, expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { rate } from '../rate.ts'
import type { TokenUsage } from '../usage.ts'
import { tokens } from './tokens.ts'

const { schema } = tokens

const price = (rates: object, used: TokenUsage | undefined, images = 1) =>
  rate({ components: [schema.parse({ kind: 'tokens', ...rates })] }, { images, tokens: used })

/** gpt-image-2, standard tier, OpenAI price page, read 2026-08-01. */
const gptImage2 = {
  text_in: '0.000005',
  cached_in: '0.00000125',
  image_in: '0.000008',
  cached_image_in: '0.000002',
  image_out: '0.00003',
  text_out: '0.00001',
}

/** gpt-image-1-mini: the rate of output text is not published. */
const gptImage1Mini = {
  text_in: '0.000002',
  cached_in: '0.0000002',
  image_in: '0.0000025',
  cached_image_in: '0.00000025',
  image_out: '0.000008',
  text_out: null,
}

describe('tokens at a rate per class', () => {
  test.each<[string, object, TokenUsage, string]>([
    [
      'prompt and image of gpt-image-1, medium, square',
      { text_in: '0.000005', image_out: '0.00004' },
      { textIn: 60, imageOut: 1056 },
      '0.04254',
    ],
    [
      'cached tokens are part of the prompt',
      { text_in: '0.000005', cached_in: '0.00000125', image_out: '0.00004' },
      { textIn: 1000, cachedTextIn: 800, imageOut: 1056 },
      '0.04424',
    ],
    [
      'gemini-2.5-flash-image',
      { text_in: '0.0000003', image_out: '0.00003' },
      { textIn: 300, imageOut: 1290 },
      '0.03879',
    ],
    [
      'an edit also pays for the input image',
      { text_in: '0.000005', image_in: '0.00001', image_out: '0.00004' },
      { textIn: 50, imageIn: 1024, imageOut: 1056 },
      '0.05273',
    ],
    [
      'gemini-3-pro-image thinks, and its thinking is paid',
      { text_in: '0.000002', text_out: '0.000012', image_out: '0.00012' },
      { textIn: 500, textOut: 200, imageOut: 1120 },
      '0.1378',
    ],
    [
      'cached input images at their own rate',
      gptImage2,
      { textIn: 0, imageIn: 1000, cachedImageIn: 400, imageOut: 0 },
      '0.0056',
    ],
    [
      'a prompt of 100 tokens is a tenth of a low image',
      gptImage2,
      { textIn: 100, imageOut: 0 },
      '0.0005',
    ],
    [
      'an unknown rate does no harm while unused',
      gptImage1Mini,
      { textIn: 0, imageOut: 272 },
      '0.002176',
    ],
  ])('%s', (_, rates, used, usd) => {
    expect(price(rates, used)).toMatchObject({
      ok: true,
      charge: { totalNano: nanoFromDollars(usd) },
    })
  })

  // Output tokens by size and quality, and the prices published with them to four decimals
  // (OpenAI's calculator as decoded in community.openai.com/t/1382699, 2026-06-05).
  test.each<[string, ...[number, string][]]>([
    ['1024x1024', [196, '0.0059'], [1756, '0.0527'], [7024, '0.2107']],
    ['1536x1024', [158, '0.0047'], [1372, '0.0412'], [5488, '0.1646']],
    ['1792x1024', [139, '0.0042'], [1243, '0.0373'], [5063, '0.1519']],
    ['1280x720', [106, '0.0032'], [947, '0.0284'], [3787, '0.1136']],
    ['1536x864', [120, '0.0036'], [1078, '0.0323'], [4312, '0.1294']],
    ['2048x2048', [397, '0.0119'], [3568, '0.1070'], [14272, '0.4282']],
    ['2560x1440', [205, '0.0062'], [1843, '0.0553'], [7370, '0.2211']],
    ['3840x2160', [371, '0.0111'], [3336, '0.1001'], [13342, '0.4003']],
  ])('gpt-image-2 at %s agrees with the published table', (_, ...cells) => {
    for (const [imageOut, usd] of cells) {
      const rated = price(gptImage2, { textIn: 0, imageOut })
      const rounded = rated.ok ? (rated.charge.totalNano + 50_000n) / 100_000n : undefined
      expect(rounded).toBe(nanoFromDollars(usd) / 100_000n)
    }
  })

  // Exact token counts of gpt-image-1 with the per-image prices OpenAI published beside them.
  test.each([
    ['low', 272, '0.011'],
    ['low, rectangular', 408, '0.016'],
    ['medium', 1056, '0.042'],
    ['medium, rectangular', 1584, '0.063'],
    ['high', 4160, '0.167'],
    ['high, rectangular', 6240, '0.25'],
  ])('gpt-image-1 %s: %d tokens are the published price', (_, imageOut, usd) => {
    const rated = price({ image_out: '0.00004' }, { imageOut })
    const distance = rated.ok ? rated.charge.totalNano - nanoFromDollars(usd) : undefined
    expect(Math.abs(Number(distance))).toBeLessThan(1_000_000)
  })

  test('a call pays its prompt once, whatever the number of images', () => {
    const one = price(gptImage2, { textIn: 60, imageOut: 1756 }, 1)
    const four = price(gptImage2, { textIn: 60, imageOut: 4 * 1756 }, 4)
    expect(one).toMatchObject({ charge: { totalNano: 300_000n + 52_680_000n } })
    expect(four).toMatchObject({ charge: { totalNano: 300_000n + 4n * 52_680_000n } })
  })
})

describe('unknown is not free', () => {
  test.each<[string, object, TokenUsage | undefined, string, string]>([
    [
      'text with a null rate',
      gptImage1Mini,
      { textIn: 1, imageOut: 1, textOut: 1 },
      'unknown_rate',
      'text_out',
    ],
    [
      'cached tokens without a rate',
      { text_in: '0.000005' },
      { textIn: 9, cachedTextIn: 1 },
      'unknown_rate',
      'cached_in',
    ],
    [
      'input images without a rate',
      { text_in: '0.000005' },
      { textIn: 9, imageIn: 1 },
      'unknown_rate',
      'image_in',
    ],
    [
      'a prompt without a rate',
      { image_out: '0.00003' },
      { textIn: 9, imageOut: 1 },
      'unknown_rate',
      'text_in',
    ],
    [
      'a call whose tokens nobody counted',
      gptImage2,
      undefined,
      'missing_usage',
      'tokens.imageOut',
    ],
    [
      'a call whose prompt nobody counted',
      gptImage2,
      { imageOut: 196 },
      'missing_usage',
      'tokens.textIn',
    ],
    [
      'a call whose output nobody counted',
      gptImage2,
      { textIn: 60 },
      'missing_usage',
      'tokens.imageOut',
    ],
    [
      'more cached than read',
      gptImage2,
      { textIn: 5, cachedTextIn: 6, imageOut: 1 },
      'invalid_usage',
      'tokens.cachedTextIn',
    ],
    [
      'more cached input images than read',
      gptImage2,
      { textIn: 5, cachedImageIn: 1, imageOut: 1 },
      'invalid_usage',
      'tokens.cachedImageIn',
    ],
  ])('%s', (_, rates, used, code, subject) => {
    expect(price(rates, used)).toMatchObject({ ok: false, reason: { code, subject } })
  })

  test.each([
    ['no rate at all', {}],
    ['only unknown rates', { text_in: null, image_out: null }],
    ['only rates of zero', { text_in: '0', image_out: '0.0' }],
    ['a rate per million under another name', { text_in_per_million: '5' }],
  ])('the schema refuses %s', (_, rates) => {
    expect(schema.safeParse({ kind: 'tokens', ...rates }).success).toBe(false)
  })
})
