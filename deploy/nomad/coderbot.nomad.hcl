# One worker an allocation, one allocation a bot; how to use it: docs/engines.md.

variable "image" {
  type    = string
  default = "coderbot:latest"
}

variable "bots" {
  type        = number
  default     = 3
  description = "How many tokens there are."
}

job "coderbot" {
  type = "service"

  group "bots" {
    # The allocations are numbered from 0, as the bots.
    count = var.bots

    # The old worker of a bot ends before its new one begins: no canaries.
    update {
      max_parallel     = 1
      canary           = 0
      health_check     = "checks"
      min_healthy_time = "5s"
      healthy_deadline = "5m"
    }

    # A node that Nomad cannot reach stops its bots before they are started elsewhere.
    disconnect {
      stop_on_client_after = "30s"
      replace              = true
    }

    restart {
      attempts = 10
      interval = "10m"
      delay    = "5s"
      mode     = "delay"
    }

    # A host volume for each bot, `coderbot[0]` and so on: its state and media.
    volume "data" {
      type            = "host"
      source          = "coderbot"
      per_alloc       = true
      access_mode     = "single-node-writer"
      attachment_mode = "file-system"
    }

    network {
      port "health" {}
    }

    service {
      name     = "coderbot"
      provider = "nomad"
      port     = "health"

      # Its loop turns, and its long poll is not deaf.
      check {
        name     = "live"
        type     = "http"
        path     = "/healthz"
        interval = "10s"
        timeout  = "5s"

        check_restart {
          limit = 3
          grace = "90s"
        }
      }

      check {
        name     = "ready"
        type     = "http"
        path     = "/readyz"
        interval = "10s"
        timeout  = "5s"
      }
    }

    task "worker" {
      driver = "docker"
      user   = "1000:1000"

      # WORKER_STOP_TIMEOUT_SECONDS is what a stop takes at most; and some.
      kill_signal  = "SIGTERM"
      kill_timeout = "20s"

      config {
        image           = var.image
        command         = "-m"
        args            = ["coderbot.worker"]
        entrypoint      = ["python"]
        work_dir        = "/data"
        init            = true # reaps what terminals leave behind
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
        pids_limit      = 4096
        ports           = ["health"]

        mount {
          type   = "tmpfs"
          target = "/tmp"
          tmpfs_options {
            size = 1073741824
          }
        }
      }

      volume_mount {
        volume      = "data"
        destination = "/data"
      }

      env {
        BOT_INDEX          = "${NOMAD_ALLOC_INDEX}"
        HOME               = "/data" # beside state and media, as the image has it
        WORKER_HEALTH_PORT = "${NOMAD_PORT_health}"

        # Any variable of .env.example that is no secret.
        ALLOWED_USER_IDS            = "123456789"
        WORKER_STOP_TIMEOUT_SECONDS = "10"
      }

      # Read by Nomad's client, which hands it over as environment. The file belongs to
      # root, so that the shells of a bot's users cannot read it; a worker wipes its
      # environment before the first of them is started.
      template {
        destination = "secrets/bot.env"
        env         = true
        perms       = "0600"
        uid         = 0
        gid         = 0
        change_mode = "restart"
        data        = <<-EOF
          {{ with nomadVar "nomad/jobs/coderbot" }}TELEGRAM_BOT_TOKENS={{ .TELEGRAM_BOT_TOKENS }}{{ end }}
        EOF
      }

      resources {
        cpu        = 100
        memory     = 256
        memory_max = 2048
      }
    }
  }
}
