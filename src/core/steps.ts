/** Work cut into steps of some milliseconds: it yields wherever others may have their turn. */
export type Steps<Value> = Generator<void, Value>

/** Does all steps one after the other. */
export function runAtOnce<Value>(steps: Steps<Value>): Value {
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}

/** Does the steps with a pause between each two of them. */
export async function runInTurns<Value>(
  steps: Steps<Value>,
  pause: () => Promise<void>,
): Promise<Value> {
  let step = steps.next()
  while (step.done !== true) {
    await pause()
    step = steps.next()
  }
  return step.value
}
