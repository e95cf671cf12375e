import { mount } from 'svelte';
import { keepOffline } from './offline';
import App from './page/App.svelte';
import './page/style.css';
import { SAVED } from './place';

mount(App, { target: document.getElementById('app')! });
if (!SAVED) void keepOffline();
