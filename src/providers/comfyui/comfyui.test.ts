import { testProvider } from '../../testing/test-provider.ts'
import comfyui from './index.ts'
import emulator from './sandbox.ts'

testProvider(comfyui, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
  skip: {
    'fault:moderate-input': 'the server moderates nothing',
    'fault:moderate-output': 'the server moderates nothing',
    'fault:no-credit': 'nobody pays the server',
  },
})
