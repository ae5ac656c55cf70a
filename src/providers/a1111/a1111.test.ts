import { testProvider } from '../../testing/test-provider.ts'
import a1111 from './index.ts'
import emulator from './sandbox.ts'

testProvider(a1111, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
  skip: {
    'fault:moderate-input': 'the server moderates nothing',
    'fault:moderate-output': 'the server moderates nothing',
    'fault:no-credit': 'nobody pays the server',
    stream: 'a job here takes milliseconds, less than a look at it: progress.test.ts plays one',
  },
})
