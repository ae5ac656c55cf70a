import { testProvider } from '../../testing/test-provider.ts'
import swarmui from './index.ts'
import emulator from './sandbox.ts'

testProvider(swarmui, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
  skip: {
    'fault:moderate-input': 'the server moderates nothing',
    'fault:moderate-output': 'the server moderates nothing',
    'fault:no-credit': 'nobody pays the server',
  },
})
