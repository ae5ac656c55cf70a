import { describe, expect, test } from 'vitest'
import type { SocketMessage } from '../../ports/http-client.ts'
import { listen } from './messages.ts'

const job = { id: 'mine', pollUrl: '/history/mine', facts: { client_id: 'own client' } }
const message = (type: string, data: object) => JSON.stringify({ type, data })
const step = (value: number, facts: object = {}) =>
  message('progress', { value, max: 20, prompt_id: 'mine', node: '3', ...facts })

/** A binary message of a kind, with a number and what follows. */
function frame(kind: number, detail: number, rest: string): Uint8Array {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(kind, 0)
  head.writeUInt32BE(detail, 4)
  return Buffer.concat([head, Buffer.from(rest)])
}
const withMetadata = (facts: string, picture = 'picture') =>
  frame(4, facts.length, `${facts}${picture}`)

/** What is made of messages, previews as texts. */
function read(...messages: readonly SocketMessage[]): readonly unknown[] {
  const reader = listen.readerOf(job)
  return messages.flatMap(reader).map((news) => {
    if (news.kind === 'preview') return Buffer.from(news.bytes).toString()
    return news.kind === 'progress' ? news.progress : news.kind
  })
}

const half = { share: 0.5, step: 10, steps: 20 }

describe('messages of a socket', () => {
  test.each<[string, readonly SocketMessage[], readonly unknown[]]>([
    ['the progress of our job is told', [step(10)], [half]],
    ['steps of other jobs are not', [step(10, { prompt_id: 'other' })], []],
    ['a step that comes late does not set progress back', [step(10), step(9)], [half]],
    [
      'the next sampler begins anew',
      [step(10), step(5, { node: '7' })],
      [half, { share: 0.25, step: 5, steps: 20 }],
    ],
    ['a step of nothing is none', [step(1, { max: 0 }), step(1, { max: 'all' })], []],
    [
      'no node works any more: it has ended',
      [message('executing', { node: null, prompt_id: 'mine' })],
      ['ended'],
    ],
    ['another one has ended', [message('executing', { node: null, prompt_id: 'other' })], []],
    ...['execution_success', 'execution_error', 'execution_interrupted'].map(
      (type): [string, readonly SocketMessage[], readonly unknown[]] => [
        `${type} is an end`,
        [message(type, { prompt_id: 'mine' })],
        ['ended'],
      ],
    ),
    [
      'a preview is of the job spoken of last: ours',
      [step(1), frame(1, 2, 'p')],
      [{ share: 0.05, step: 1, steps: 20 }, 'p'],
    ],
    [
      'a preview is of the job spoken of last: another',
      [step(10), message('execution_start', { prompt_id: 'other' }), frame(1, 1, 'p')],
      [half],
    ],
    ['a preview before any word is nobody knows whose', [frame(1, 1, 'p')], []],
    [
      'a preview after the end is not ours',
      [message('execution_success', { prompt_id: 'mine' }), frame(1, 1, 'p')],
      ['ended'],
    ],
    ['a preview may name our job', [withMetadata('{"prompt_id":"mine"}')], ['picture']],
    ['a preview may name another job', [step(10), withMetadata('{"prompt_id":"other"}')], [half]],
    [
      'a preview that names no job is dropped',
      [step(10), withMetadata('{}'), withMetadata('{')],
      [half],
    ],
    ['a name longer than its message is dropped', [frame(4, 4_000_000_000, 'x')], []],
    [
      'bytes of other kinds are passed over',
      [step(10), frame(2, 1, 'p'), frame(3, 1, 'text')],
      [half],
    ],
    [
      'short, empty and foreign messages are passed over',
      [new Uint8Array(3), '', 'null', '[]', '{', '{"type":7}', message('status', { sid: 'x' })],
      [],
    ],
  ])('%s', (_, messages, expected) => {
    expect(read(...messages)).toEqual(expected)
  })

  test('come to a client of the job, which asks for previews that name their job', () => {
    const { url, greeting = '' } = listen.toSocket(job)
    expect(url).toBe('/ws?clientId=own%20client')
    expect(JSON.parse(greeting)).toMatchObject({ data: { supports_preview_metadata: true } })
    expect(listen.toSocket({ ...job, facts: {} }).url).toBe('/ws?clientId=mine')
  })
})
