import { describe, expect, test } from 'vitest'
import { GatewayError } from '../errors/gateway-error.ts'
import type { Operation } from './operation.ts'
import { type DetailsDraft, readDetails } from './operation-details.ts'

const refusalOf = (
  operation: Operation,
  draft: object,
): Pick<GatewayError, 'param' | 'message'> => {
  try {
    readDetails(operation, draft as DetailsDraft)
  } catch (error) {
    if (GatewayError.isInstance(error)) return error
  }
  throw new Error('it was taken')
}

describe('details are read as what their operation needs', () => {
  const none = { left: 0, right: 0, top: 0, bottom: 0 }
  test.each<[Operation, DetailsDraft, object | undefined]>([
    ['outpaint', { expand: { left: 9, top: null } }, { expand: { ...none, left: 9 } }],
    ['upscale', { scale: 4 }, { scale: 4, mode: 'fast' }],
    ['upscale', { scale: 2.5, mode: 'creative' }, { scale: 2.5, mode: 'creative' }],
    ['search_and_replace', { search: 'the cup' }, { search: 'the cup' }],
    ['search_and_recolor', { search: 'the cup' }, { search: 'the cup' }],
    ['control', { control: 'sketch' }, { control: 'sketch' }],
    ['control', { control: 'style', strength: 0 }, { control: 'style', strength: 0 }],
    ['style_transfer', {}, {}],
    ['style_transfer', { strength: 1 }, { strength: 1 }],
  ])('%s %j', (operation, draft, expected) => {
    expect(readDetails(operation, draft)).toEqual({ kind: operation, ...expected })
  })

  test.each<Operation>(['generate', 'edit', 'inpaint', 'erase', 'remove_background'])(
    '%s has none',
    (operation) => {
      expect(readDetails(operation, { scale: null, search: undefined })).toBeUndefined()
    },
  )
})

describe('what is missing, impossible or another operation’s is refused by name', () => {
  test.each<[Operation, object, string]>([
    ['outpaint', {}, 'expand'],
    ['outpaint', { expand: {} }, 'expand'],
    ['outpaint', { expand: { left: 0, right: 0 } }, 'expand'],
    ['outpaint', { expand: { left: -1 } }, 'expand.left'],
    ['outpaint', { expand: { top: 1.5 } }, 'expand.top'],
    ['outpaint', { expand: { top: 99_999 } }, 'expand.top'],
    ['outpaint', { expand: { up: 5 } }, 'expand.up'],
    ['outpaint', { expand: { left: '5' } }, 'expand.left'],
    ['outpaint', { expand: 'left' }, 'expand'],
    ['upscale', {}, 'scale'],
    ['upscale', { mode: 'fast' }, 'scale'],
    ['upscale', { scale: 1 }, 'scale'],
    ['upscale', { scale: 17 }, 'scale'],
    ['upscale', { scale: Number.NaN }, 'scale'],
    ['upscale', { scale: 4, mode: 'magic' }, 'mode'],
    ['search_and_replace', {}, 'search'],
    ['search_and_replace', { search: '  ' }, 'search'],
    ['search_and_recolor', { search: 'x'.repeat(10_001) }, 'search'],
    ['control', {}, 'control'],
    ['control', { control: 'depth' }, 'control'],
    ['control', { control: 'style', strength: 1.1 }, 'strength'],
    ['style_transfer', { strength: -0.1 }, 'strength'],
    ['edit', { scale: 4 }, 'scale'],
    ['generate', { strength: 1 }, 'strength'],
    ['upscale', { scale: 4, search: 'a cup' }, 'search'],
    ['erase', { expand: { left: 5 } }, 'expand'],
  ])('%s %j', (operation, draft, param) => {
    expect(refusalOf(operation, draft)).toMatchObject({ code: 'invalid_request', param })
  })

  test.each<[Operation, object, string]>([
    [
      'edit',
      { scale: 4 },
      'scale is no detail of edit: it is taken by upscale; name the operation',
    ],
    ['upscale', { scale: 4, search: 'x' }, 'taken by search_and_replace, search_and_recolor'],
    ['upscale', { scale: 40 }, 'scale must be a number from 2 to 16'],
    ['outpaint', { expand: {} }, 'expand must add pixels at one side at least'],
    ['outpaint', { expand: { up: 5 } }, 'expand.up is no side: name left, right, top or bottom.'],
    ['control', { control: 'depth' }, 'control must be one of structure, sketch, style.'],
    ['search_and_replace', {}, 'search must name in words what to find'],
  ])('%s %j says what to do', (operation, draft, words) => {
    expect(refusalOf(operation, draft).message).toContain(words)
  })
})
