import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { validDraft } from '../../testing/arbitrary-drafts.ts'
import { fc } from '../../testing/fast-check.ts'
import type { ImageRequest } from '../request/image-request.ts'
import { normaliseRequest } from '../request/normalise.ts'
import { exactKeyText } from './exact-key.ts'

const request = validDraft.map(normaliseRequest)
const tenant = fc.string({ maxLength: 20 })

/** The same request with its members, and theirs, in reverse order. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const)
  return Object.fromEntries(members.toReversed())
}

/** Members that do not decide the picture. */
const idle: readonly string[] = [
  ...['n', 'deadlineMs', 'maxCostNano', 'tags', 'endUser', 'group'],
  ...['cache', 'cacheIsExplicit', 'cacheTtlMs', 'cacheThreshold', 'partialImages'],
]

/** What decides the picture, as it is compared by eye. */
function pictureOf(asked: ImageRequest): unknown {
  const members = Object.entries(asked).filter(([name]) => !idle.includes(name))
  const picture = {
    ...Object.fromEntries(members),
    prompt: asked.prompt.trim().split(/\s+/).join(' '),
    images: asked.images.map(({ digest }) => digest),
    mask: asked.mask?.digest,
    needs: asked.needs.toSorted(),
  }
  return JSON.parse(JSON.stringify(picture))
}

test('equal requests have equal keys, in any order of members', () => {
  fc.assert(
    fc.property(request, tenant, (asked, name) => {
      const turned = reversed(asked) as ImageRequest
      expect(exactKeyText(turned, name)).toBe(exactKeyText(asked, name))
    }),
  )
})

test('keys are equal exactly when all that decides the picture is', () => {
  const change = fc.record(
    {
      n: fc.integer({ min: 1, max: 10 }),
      prompt: fc.constantFrom('a cup', ' a  cup ', 'a cup!'),
      seed: fc.integer({ min: 0, max: 2 }),
      quality: fc.constantFrom('low' as const, 'high' as const),
      endUser: fc.string(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(request, change, change, (asked, one, other) => {
      const [first, second] = [
        { ...asked, ...one },
        { ...asked, ...other },
      ]
      const areEqual = isDeepStrictEqual(pictureOf(first), pictureOf(second))
      expect(exactKeyText(first, 'a') === exactKeyText(second, 'a')).toBe(areEqual)
    }),
  )
})

test('no two tenants ever have a key in common', () => {
  fc.assert(
    fc.property(request, request, tenant, tenant, (one, other, first, second) => {
      fc.pre(first !== second)
      expect(exactKeyText(one, first)).not.toBe(exactKeyText(other, second))
      expect(exactKeyText(one, first)).not.toBe(exactKeyText(one, second))
    }),
  )
})
