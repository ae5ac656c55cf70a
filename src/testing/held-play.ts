import { draws, type Play } from './scripted-provider.ts'

/** A play that waits until it is told to go on, and then plays another one. */
export function heldPlay(then: Play = draws()) {
  const gate = Promise.withResolvers<void>()
  const play: Play = async (...call) => {
    await gate.promise
    return then(...call)
  }
  return { play, open: gate.resolve }
}
