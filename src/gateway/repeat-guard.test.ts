import { expect, test } from 'vitest'
import type { ImageRequest } from '../core/request/image-request.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RepeatRule } from '../core/request/repeat-rule.ts'
import { RepeatGuard } from './repeat-guard.ts'

const asked = (prompt = 'a cup', endUser: string | null = 'ann'): ImageRequest =>
  normaliseRequest({ operation: 'generate', prompt, endUser })
const here = { tenant: 'here', keyId: 'key' }

function guard(mode: RepeatRule['mode']) {
  const guarded = new RepeatGuard({ mode, most: 2, withinMs: 1_000 }, String)
  return (request: ImageRequest, at: number, caller = here) => guarded.note(request, caller, at)
}

test('the third of two within the time is refused, with when to come again', () => {
  const note = guard('refuse')
  expect([note(asked(), 0), note(asked(' A  cup '), 400)]).toEqual([[], []])
  const third = () => note(asked(), 999)
  expect(third).toThrow(
    expect.objectContaining({ code: 'rate_limit_exceeded', param: 'prompt', retryAfterMs: 1 }),
  )
  expect(third).toThrow(/asked for the same 2 times in 1 s; ask for several pictures with n/)
  expect(note(asked(), 1_000)).toEqual([])
})

test('by setting it is only said', () => {
  const note = guard('warn')
  const warnings = [0, 1, 2, 3].map((at) => note(asked(), at).map(({ code }) => code))
  expect(warnings).toEqual([[], [], ['repeated'], ['repeated']])
})

test('others, other words, other tenants and requests of nobody do not count', () => {
  const note = guard('refuse')
  for (const at of [0, 1]) note(asked(), at)
  expect(note(asked('a cup', 'bob'), 2)).toEqual([])
  expect(note(asked('a mug'), 2)).toEqual([])
  expect(note(asked(), 2, { ...here, tenant: 'there' })).toEqual([])
  for (const at of [0, 1, 2, 3]) expect(note(asked('a cup', null), at)).toEqual([])
})

test('off is off', () => {
  const note = guard('off')
  for (const at of [0, 1, 2, 3]) expect(note(asked(), at)).toEqual([])
})
