import { describe, expect, test } from 'vitest'
import { priceOf } from '../../../testing/price-of.ts'
import { componentSchema } from './index.ts'

// FLUX 3 video in HD (Black Forest Labs documentation, 2026-10-08): a draft costs about a third.
const flux = { kind: 'video_second', usd_per_s: '0.17', draft_usd_per_s: '0.06' }
const veo = { kind: 'video_second', usd_per_s: '0.4' }
// Veo 3.1 fast (Vertex AI, 2026).
const fast = {
  kind: 'video_second_matrix',
  usd: {
    '720p': { audio: '0.1', silent: '0.08' },
    '1080p': { audio: '0.12', silent: '0.1' },
    '4k': { audio: '0.3', silent: null },
  },
}
const sizes = { kind: 'video_second_matrix', usd: { hd: '0.17', fhd: '0.29', uhd: '0.8' } }
const tokens = { kind: 'video_tokens', usd_per_1k: '0.01' }
const area = { kind: 'video_megapixel_second', usd_per_mp_s: '0.14' }

const clip = {
  videoSeconds: 5,
  inputVideoSeconds: 0,
  width: 1280,
  height: 720,
  framesPerSecond: 24,
}

test.each<[string, object, object, string]>([
  ['seconds', veo, { videoSeconds: 8 }, '3.2'],
  ['each video pays its seconds', veo, { videoSeconds: 8, images: 2 }, '6.4'],
  ['half a second', veo, { videoSeconds: 0.5 }, '0.2'],
  ['a draft has a price of its own', flux, { videoSeconds: 5, mode: 'draft' }, '0.3'],
  ['another mode has not', flux, { videoSeconds: 5, mode: 'fast' }, '0.85'],
  ['silent', fast, { videoSeconds: 6, resolution: '1080p', hasAudio: false }, '0.6'],
  ['with sound', fast, { videoSeconds: 6, resolution: '1080P', hasAudio: true }, '0.72'],
  [
    'what is not listed costs the next larger',
    fast,
    { videoSeconds: 1, resolution: '900p', hasAudio: true },
    '0.12',
  ],
  ['4k has 2160 lines', fast, { videoSeconds: 1, resolution: '2160p', hasAudio: true }, '0.3'],
  ['sound does not matter everywhere', sizes, { videoSeconds: 10, resolution: 'fhd' }, '2.9'],
  ['names and lines are one thing', sizes, { videoSeconds: 10, resolution: '1440p' }, '8'],
  ['tokens of seconds, area and frames', tokens, clip, '1.08'],
  ['video that goes in is paid too', tokens, { ...clip, inputVideoSeconds: 5 }, '2.16'],
  ['tokens as the provider counted them', tokens, { ...clip, videoTokens: 108_900 }, '1.089'],
  ['each video pays its tokens', tokens, { ...clip, images: 2 }, '2.16'],
  ['megapixels times seconds', area, { videoSeconds: 5, outputMegapixels: 2.07 }, '1.449'],
  ['megapixels of 2^20, unrounded', area, { videoSeconds: 1, width: 2048, height: 1024 }, '0.28'],
  ['no video, nothing', area, { videoSeconds: 5, outputMegapixels: 2, images: 0 }, '0'],
])('%s', (_, component, usage, usd) => {
  expect(priceOf(component, usage)).toBe(usd)
})

test.each<[string, object, object, string]>([
  ['unknown seconds', veo, {}, 'missing_usage videoSeconds'],
  [
    'a draft where there is none',
    veo,
    { videoSeconds: 8, mode: 'draft' },
    'unknown_rate draft_usd_per_s',
  ],
  ['an unknown resolution', fast, { videoSeconds: 6, hasAudio: true }, 'missing_usage resolution'],
  ['unknown sound', fast, { videoSeconds: 6, resolution: '720p' }, 'missing_usage hasAudio'],
  [
    'a resolution in words',
    fast,
    { videoSeconds: 6, resolution: 'sharp', hasAudio: true },
    'not_listed resolution',
  ],
  [
    'a resolution above all',
    fast,
    { videoSeconds: 6, resolution: '8k', hasAudio: true },
    'above_largest resolution',
  ],
  [
    'a rate that is not known',
    fast,
    { videoSeconds: 6, resolution: '4k', hasAudio: false },
    'unknown_rate silent',
  ],
  [
    'tokens of unknown frames',
    tokens,
    { ...clip, framesPerSecond: undefined },
    'missing_usage framesPerSecond',
  ],
  [
    'tokens of unknown input',
    tokens,
    { ...clip, inputVideoSeconds: undefined },
    'missing_usage inputVideoSeconds',
  ],
  [
    'tokens of unknown size',
    tokens,
    { ...clip, width: undefined },
    'missing_usage width and height',
  ],
  ['area of unknown seconds', area, { outputMegapixels: 2 }, 'missing_usage videoSeconds'],
])('no price: %s', (_, component, usage, reason) => {
  expect(priceOf(component, usage)).toBe(reason)
})

describe('the schema refuses', () => {
  test.each<[string, object]>([
    ['an empty table', { ...fast, usd: {} }],
    ['a resolution in words', { ...fast, usd: { sharp: '0.1' } }],
    ['one resolution twice', { ...fast, usd: { '4k': '0.3', '2160p': '0.4' } }],
    ['a sound nobody reads', { ...fast, usd: { '4k': { stereo: '0.3' } } }],
    ['a free second', { ...veo, usd_per_s: '0' }],
  ])('%s', (_, component) => {
    expect(componentSchema.safeParse(component).success).toBe(false)
  })
})
