import { describe, expect, test } from 'vitest'
import { type OpenStores, withStores } from './with-stores.ts'

/** Contract of {@link Stores.settings}, and that an open database answers a check. */
export function testSettingStore(name: string, open: OpenStores): void {
  describe(`${name}: setting store`, () => {
    test('the first value of a setting stays', () =>
      withStores(open, async ({ settings }) => {
        expect(await settings.getOrCreate('secret', 'first')).toBe('first')
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

    test('an open database answers a check', () => withStores(open, ({ check }) => check()))
  })
}
