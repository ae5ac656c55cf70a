import { describe, expect, test } from 'vitest'
import { gatewaysIn, isLoop, MAX_GATEWAYS, viaOf } from './via.ts'

describe('the gateways of a request', () => {
  test.each([
    ['none', '', []],
    ['only others', '1.1 nginx, 2 fastly', []],
    ['one of ours', '1.1 keeprate-a1', ['a1']],
    ['ours between others', '2 cdn, 1.1 keeprate-a1 (ours), HTTP/1.1 keeprate-b2', ['a1', 'b2']],
    ['a name that only looks like ours', '1.1 mykeeprate-a1, keeprate-a1', []],
  ])('%s', (_claim, header, names) => {
    expect(gatewaysIn(header)).toEqual(names)
  })

  test('are found in what a gateway says of itself', () => {
    expect(gatewaysIn([viaOf('a1'), viaOf('b2')].join(', '))).toEqual(['a1', 'b2'])
  })
})

describe('a loop', () => {
  test('is a request that was here before, whoever it came through since', () => {
    expect(isLoop(['here'], 'here')).toBe(true)
    expect(isLoop(['here', 'other'], 'here')).toBe(true)
    expect(isLoop(['other'], 'here')).toBe(false)
  })

  test('is a request that came through too many of us', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `g${index}`)
    expect(isLoop(names(MAX_GATEWAYS), 'here')).toBe(false)
    expect(isLoop(names(MAX_GATEWAYS + 1), 'here')).toBe(true)
  })
})
