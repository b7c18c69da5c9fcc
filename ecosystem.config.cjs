// PM2 runs the fleet: `pm2 start ecosystem.config.cjs`. Reasons: docs/deploy.md.
const path = require('node:path')

module.exports = {
  apps: [{
    name: 'coderbot',
    script: process.env.CODERBOT_PROGRAM || path.join(__dirname, '.venv/bin/coderbot'),
    args: '--headless',
    cwd: process.env.CODERBOT_DIRECTORY || __dirname, // where the .env lies
    interpreter: 'none', // the program names its Python itself
    exec_mode: 'fork',
    instances: 1, // never more: one poller per token
    wait_ready: true, // online once the fleet is READY
    listen_timeout: 90000, // ms; WORKER_READY_TIMEOUT_SECONDS and the start delays
    kill_timeout: 16000, // ms; WORKER_STOP_TIMEOUT_SECONDS + 4 s, and time to print it
    treekill: true, // workers ignore SIGINT; on timeout all of them are killed
    autorestart: true,
    exp_backoff_restart_delay: 500, // ms
    min_uptime: '30s',
    max_restarts: 10,
    stop_exit_codes: [78], // bad configuration: a restart would end in the same way
    max_memory_restart: '1G', // of the supervisor alone
    out_file: 'logs/pm2.log', // never with `time`: it loses halves of lines
    error_file: 'logs/pm2.log',
    merge_logs: true,
    watch: false,
    vizion: false,
    pmx: false,
  }],
}
