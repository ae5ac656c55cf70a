import { describe, expect, test } from 'vitest'
import { makePurposes } from './default-purposes.ts'
import { purposeSchema } from './purpose.ts'

const read = (settings: object) => purposeSchema.parse(settings)

describe('purposes', () => {
  test('settings replace single members; the rest stays as it ships', () => {
    const purposes = makePurposes({
      hero: read({ floor: 0.95, bad_image_cost: 0.5, deadline_s: 20 }),
    })
    expect(purposes.of('hero')).toMatchObject({
      ...{ name: 'hero', floor: 0.95, badImageNano: 500_000_000n, deadlineMs: 20_000 },
      display: { width: 1536, height: 1024 },
    })
  })

  test('a name that nobody described has what `general` has, as the settings say it', () => {
    const purposes = makePurposes({ general: read({ floor: 0.5 }) })
    expect(purposes.of('banners of June')).toMatchObject({ name: 'banners of June', floor: 0.5 })
    expect(purposes.of(undefined).name).toBe('general')
  })

  test('every floor can be reached and every display is a size', () => {
    for (const { floor, display, badImageNano } of makePurposes().all) {
      expect(floor > 0 && floor < 1 && display.width > 0 && display.height > 0).toBe(true)
      expect(badImageNano).toBeGreaterThan(0n)
    }
  })

  test.each([
    [{ display: '512' }, 'display'],
    [{ display: '0x512' }, 'display'],
    [{ floor: 1 }, 'floor'],
    [{ bad_image_cost: '-1' }, 'bad_image_cost'],
    [{ bad_image_cost: 'much' }, 'bad_image_cost'],
    [{ cache_ttl: 'soon' }, 'cache_ttl'],
    [{ cache_threshold: 1.1 }, 'cache_threshold'],
    [{ strategy: 'guess' }, 'strategy'],
    [{ quality: 1 }, ''],
  ])('%o is refused where it stands', (settings, place) => {
    const result = purposeSchema.safeParse(settings)
    expect(result.error?.issues[0]?.path.join('.')).toBe(place)
  })
})
