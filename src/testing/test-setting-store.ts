import { describe, expect, test } from 'vitest'
import { type OpenStores, withStores } from './with-stores.ts'

/** Contract of {@link Stores.settings}, and that an open database answers a check. */
export function testSettingStore(name: string, open: OpenStores): void {
  describe(`${name}: setting store`, () => {
    test('the first value of a setting stays', () =>
      withStores(open, async ({ settings }) => {
        expect(await settings.get('secret')).toBeUndefined()
        expect(await settings.getOrCreate('secret', 'first')).toBe('first')
        expect(await settings.get('secret')).toBe('first')
        expect(await settings.getOrCreate('secret', 'second')).toBe('first')
        expect(await settings.getOrCreate('other', 'second')).toBe('second')
      }))

    test('all that ask at once get the same', () =>
      withStores(open, async ({ settings }) => {
        const values = await Promise.all(
          Array.from({ length: 8 }, (_, index) => settings.getOrCreate('secret', `value-${index}`)),
        )
        expect(new Set(values).size).toBe(1)
      }))

    test('sharpness counts add up by history and bucket', () =>
      withStores(open, async ({ sharpness }) => {
        expect(await sharpness.load()).toEqual([])
        const one = { history: 'hero', bucket: -3, pictures: 1.5 }
        await sharpness.add([{ history: 'hero', bucket: 90, pictures: 2 }, one])
        await Promise.all([sharpness.add([one]), sharpness.add([{ ...one, history: 'blog' }])])
        expect(await sharpness.load()).toEqual([
          { history: 'blog', bucket: -3, pictures: 1.5 },
          { history: 'hero', bucket: -3, pictures: 3 },
          { history: 'hero', bucket: 90, pictures: 2 },
        ])
      }))

    test('an open database answers a check', () => withStores(open, ({ check }) => check()))
  })
}
