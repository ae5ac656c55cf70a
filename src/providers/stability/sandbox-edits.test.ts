import { describe, expect, test } from 'vitest'
import type { ImageHeader } from '../../core/quality/image-structure.ts'
import type { EmulatorAnswer, EmulatorKit, Fault } from '../shared/emulator.ts'
import { acceptJob, pollJob } from './sandbox-jobs.ts'
import { emulatedServices, findProblems, outputSize, type ReadForm } from './sandbox-services.ts'

const picture = (width: number, height: number): ImageHeader => ({
  format: 'png',
  width,
  height,
  hasAlpha: false,
  frames: 1,
})
const service = (path: string) => emulatedServices[`/v2beta/stable-image/${path}`]!
const formOf = (
  fields: Readonly<Record<string, string>>,
  pictures: Readonly<Record<string, ImageHeader>> = { image: picture(512, 512) },
): ReadForm => ({
  fields: new Map(Object.entries(fields)),
  pictures: new Map(Object.entries(pictures)),
})

describe('sizes follow from the input', () => {
  test.each([
    ['edit/erase', {}, [512, 512]],
    ['edit/outpaint', { left: '100', up: '20', down: '3' }, [612, 535]],
    ['upscale/fast', {}, [2_048, 2_048]],
    ['upscale/conservative', {}, [2_048, 2_048]],
    ['upscale/creative', {}, [2_880, 2_880]],
    ['control/sketch', {}, [512, 512]],
    ['control/style', { aspect_ratio: '16:9' }, [1_344, 768]],
  ])('%s %j', (path, fields, [width, height]) => {
    expect(outputSize(service(path), formOf(fields))).toEqual({ width, height })
  })
})

describe('problems are told in words', () => {
  const small = { image: picture(30, 64) }
  const long = { image: picture(1_600, 64) }
  const large = { image: picture(1_025, 1_024) }
  test.each([
    ['edit/outpaint', {}, undefined, 'left: one of left, right, up and down must be above 0'],
    ['edit/outpaint', { left: '2001' }, undefined, 'left: must be from 0 to 2000'],
    ['edit/outpaint', { top: '5' }, undefined, 'top: is not a known field'],
    ['edit/outpaint', { left: '5' }, long, 'image: the aspect ratio must be'],
    ['edit/erase', {}, undefined, 'mask: is required for an image without alpha channel'],
    ['edit/search-and-replace', { prompt: 'x' }, undefined, 'search_prompt: is required'],
    ['edit/search-and-recolor', { prompt: 'x' }, undefined, 'select_prompt: is required'],
    ['edit/remove-background', { output_format: 'jpeg' }, undefined, 'output_format: must be one'],
    ['upscale/fast', {}, small, 'image: every side must be at least 32 pixels'],
    ['upscale/fast', {}, long, 'image: every side must be at most 1536 pixels'],
    ['upscale/fast', {}, large, 'image: must have at most 1048576 pixels'],
    ['upscale/fast', { prompt: 'x' }, undefined, 'prompt: is not a known field'],
    ['upscale/conservative', {}, undefined, 'prompt: is required'],
    ['upscale/creative', { prompt: 'x', creativity: '0.6' }, undefined, 'creativity: must be'],
    ['control/style-transfer', {}, {}, 'init_image: is required'],
    [
      'edit/replace-background-and-relight',
      {},
      { subject_image: picture(64, 64) },
      'background_prompt: or background_reference is required',
    ],
  ])('%s %j', (path, fields, pictures, words) => {
    const problems = findProblems(service(path), formOf(fields, pictures))
    expect(problems.join('\n')).toContain(words)
  })
})

describe('a job', () => {
  function makeJob(fault?: Fault) {
    let now = 0
    const kit = {
      now: () => now,
      scaled: (milliseconds: number) => milliseconds,
      hexId: (length: number) => '1'.repeat(length),
      state: new Map<string, unknown>(),
    } as unknown as EmulatorKit
    const answer = async (): Promise<EmulatorAnswer> => ({ status: 200, body: 'a picture' })
    acceptJob(kit, { id: 'a', key: 'k', startedAt: 0, durationMs: 40_000, fault, answer })
    const poll = async (at: number, key = 'k', id = 'a') => {
      now = at
      return (await pollJob(kit, { id, key, wantsJson: false })).status
    }
    return poll
  }

  test('works for its time, then gives its picture, again and again, for a day', async () => {
    const poll = makeJob()
    expect(await poll(1_000)).toBe(202)
    expect(await poll(39_999)).toBe(202)
    expect(await poll(50_000)).toBe(200)
    expect(await poll(60_000)).toBe(200)
    expect(await poll(86_440_001)).toBe(404)
  })

  test('is told of once in ten seconds, and to nobody else', async () => {
    const poll = makeJob()
    expect([await poll(1_000), await poll(10_999), await poll(11_000)]).toEqual([202, 429, 202])
    expect(await poll(30_000, 'another')).toBe(404)
    expect(await poll(30_000, 'k', 'b')).toBe(404)
  })

  test.each<[Fault, number, number]>([
    ['job-stuck', 202, 202],
    ['job-vanishes', 202, 404],
    ['job-fails', 202, 500],
  ])('%s', async (fault, early, late) => {
    const poll = makeJob(fault)
    expect([await poll(1_000), await poll(60_000)]).toEqual([early, late])
  })
})
