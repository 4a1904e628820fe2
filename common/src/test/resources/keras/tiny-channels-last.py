# Writes tiny-channels-last.h5, a Keras 2 Sequential model, and prints an image with what the model predicts,
# worked out in numpy. Usage: python3 tiny-channels-last.py tiny-channels-last.h5 (needs h5py and numpy)
import json, sys, h5py, numpy as np
rng = np.random.RandomState(5)
H, W, C, F, K = 6, 5, 3, 4, 3
kernel = rng.randn(3, 3, C, F).astype('f4') * 0.3
cbias = rng.randn(F).astype('f4') * 0.1
gamma, beta = (1 + 0.1 * rng.randn(F)).astype('f4'), rng.randn(F).astype('f4') * 0.1
mean, var = rng.randn(F).astype('f4') * 0.1, (0.5 + rng.rand(F)).astype('f4')
ph, pw = H // 2, W // 2
dense = rng.randn(ph * pw * F, K).astype('f4') * 0.3
dbias = rng.randn(K).astype('f4') * 0.1
def layer(cls, name, **config):
    return {'class_name': cls, 'config': dict(name=name, trainable=True, dtype='float32', **config)}
glorot = {'class_name': 'GlorotUniform', 'config': {'seed': None}}
zeros = {'class_name': 'Zeros', 'config': {}}
ones = {'class_name': 'Ones', 'config': {}}
dense_common = dict(use_bias=True, kernel_initializer=glorot, bias_initializer=zeros, kernel_regularizer=None,
                    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None)
layers = [
    layer('Conv2D', 'conv', batch_input_shape=[None, H, W, C], filters=F, kernel_size=[3, 3], strides=[1, 1],
          padding='same', data_format='channels_last', dilation_rate=[1, 1], activation='relu', **dense_common),
    layer('BatchNormalization', 'norm', axis=[3], momentum=0.99, epsilon=0.001, center=True, scale=True,
          beta_initializer=zeros, gamma_initializer=ones, moving_mean_initializer=zeros,
          moving_variance_initializer=ones, beta_regularizer=None, gamma_regularizer=None, beta_constraint=None,
          gamma_constraint=None),
    layer('MaxPooling2D', 'pool', pool_size=[2, 2], padding='valid', strides=[2, 2], data_format='channels_last'),
    layer('Flatten', 'flatten', data_format='channels_last'),
    layer('Dense', 'predictions', units=K, activation='softmax', **dense_common),
]
weights = {'conv': [('kernel', kernel), ('bias', cbias)],
           'norm': [('gamma', gamma), ('beta', beta), ('moving_mean', mean), ('moving_variance', var)],
           'pool': [], 'flatten': [], 'predictions': [('kernel', dense), ('bias', dbias)]}
with h5py.File(sys.argv[1], 'w') as f:
    f.attrs['keras_version'] = np.bytes_('2.4.0'); f.attrs['backend'] = np.bytes_('tensorflow')
    f.attrs['model_config'] = np.bytes_(json.dumps({'class_name': 'Sequential', 'config': {'name': 'tiny', 'layers': layers}}))
    g = f.create_group('model_weights')
    g.attrs['layer_names'] = [n.encode() for n in weights]
    g.attrs['keras_version'] = np.bytes_('2.4.0'); g.attrs['backend'] = np.bytes_('tensorflow')
    for name, arrays in weights.items():
        lg = g.create_group(name)
        lg.attrs['weight_names'] = [f'{name}/{w}:0'.encode() for w, _ in arrays]
        for w, a in arrays:
            lg.create_dataset(f'{name}/{w}:0', data=a)
image = (rng.randint(0, 256, (H, W, C))).astype('f8')
x = np.pad(image / 255, ((1, 1), (1, 1), (0, 0)))
y = np.array([[(x[i:i+3, j:j+3, :, None] * kernel).sum((0, 1, 2)) + cbias for j in range(W)] for i in range(H)])
y = np.maximum(y, 0)
y = gamma * (y - mean) / np.sqrt(var + 0.001) + beta
y = y[:ph*2, :pw*2].reshape(ph, 2, pw, 2, F).max((1, 3)).reshape(-1)
z = y @ dense + dbias
p = np.exp(z - z.max()); p /= p.sum()
print('pixels', ','.join(str(int(v)) for v in image.reshape(-1)))
print('probabilities', p)
