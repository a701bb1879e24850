// Loaded into each child process before its program: a child whose server dies is told to stop, writes its checkpoint and ends,
// for its work will be given to another server.

// The channel itself must not keep the process alive.
process.channel?.unref()
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
})
