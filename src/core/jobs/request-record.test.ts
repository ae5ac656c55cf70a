import { expect, test } from 'vitest'
import { isEnded, requestStates } from './request-record.ts'

test('a request has ended when nothing more happens to it; a paused one goes on', () => {
  expect(requestStates.filter(isEnded)).toEqual(['completed', 'failed', 'cancelled'])
  expect(requestStates.filter((state) => !isEnded(state))).toEqual(['queued', 'running', 'paused'])
})
