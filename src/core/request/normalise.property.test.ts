import { expect, test } from 'vitest'
import { hostileDraft, validDraft } from '../../testing/arbitrary-drafts.ts'
import { fc } from '../../testing/fast-check.ts'
import { GatewayError } from '../errors/gateway-error.ts'
import { dollarsFromNano } from '../money.ts'
import type { ImageRequest } from './image-request.ts'
import { requestLimits } from './limits.ts'
import { normaliseRequest } from './normalise.ts'
import type { RequestDraft } from './request-draft.ts'

/** The request as a caller would have to write it who already knew the normal form. */
function toDraft(request: ImageRequest): RequestDraft {
  const { size, maxCostNano, cache, cacheIsExplicit, partialImages, details, ...most } = request
  const { display, notBefore, ...same } = most
  const { kind: _, ...own } = details ?? { kind: undefined }
  return {
    ...same,
    ...own,
    ...(size === undefined ? {} : { size: `${size.width}x${size.height}` }),
    ...(maxCostNano === undefined ? {} : { maxCost: dollarsFromNano(maxCostNano) }),
    ...(display === undefined
      ? {}
      : { display: `${display.width}x${display.height}@${display.pixelRatio}` }),
    ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore).toISOString() }),
    ...(cacheIsExplicit ? { cache } : {}),
    ...(partialImages === undefined ? {} : { partialImages, stream: true }),
  }
}

test('whatever a caller sends is taken, or refused with a 4xx that names the parameter', () => {
  let taken = 0
  fc.assert(
    fc.property(hostileDraft, (draft) => {
      try {
        normaliseRequest(draft)
        taken += 1
      } catch (error) {
        if (!GatewayError.isInstance(error)) throw error
        expect(error.entry.status).toBe(400)
        expect(error.param).toMatch(/^[a-z_]+(\..*)?$/s)
        expect(error.message).toMatch(/^\S.*\.$/s)
      }
    }),
    { numRuns: 1000 },
  )
  expect(taken).toBeGreaterThan(0)
})

test('a sound request is taken, and what comes out goes through unchanged', () => {
  fc.assert(
    fc.property(validDraft, (draft) => {
      const request = normaliseRequest(draft)
      expect(normaliseRequest(toDraft(request))).toEqual(request)
    }),
    { numRuns: 500 },
  )
})

test('what comes out is within the limits', () => {
  fc.assert(
    fc.property(validDraft, (draft) => {
      const request = normaliseRequest(draft)
      expect(request.n).toBeGreaterThanOrEqual(1)
      expect(request.n).toBeLessThanOrEqual(requestLimits.maxImages)
      expect(request.prompt.length).toBeLessThanOrEqual(requestLimits.maxPromptCharacters)
      expect(request.images.length).toBeLessThanOrEqual(requestLimits.maxInputImages)
      expect(request.images.length > 0).toBe(request.operation !== 'generate')
      expect(request.mask !== undefined).toBe(['inpaint', 'erase'].includes(request.operation))
      if (request.details !== undefined) expect(request.details.kind).toBe(request.operation)
      expect(request.size !== undefined && request.aspect !== undefined).toBe(false)
    }),
  )
})

test('null says no more than leaving a field out', () => {
  fc.assert(
    fc.property(validDraft, (draft) => {
      const nulls = Object.fromEntries(
        Object.entries(draft).map(([name, value]) => [name, value === undefined ? null : value]),
      )
      expect(normaliseRequest(nulls as unknown as RequestDraft)).toEqual(normaliseRequest(draft))
    }),
  )
})
