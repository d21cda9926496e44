variable "guard_name" {
  description = "What the guard, its log group, its table and its topic are called."
  type        = string
  default     = "zerobill-guard"
}

variable "package" {
  description = "The zip file of the guard, made for the architecture below."
  type        = string
  default     = "guard.zip"
}

variable "architecture" {
  description = "The architecture that the zip file was built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64."
  }
}

variable "email" {
  description = "Who gets the notices; empty for nobody, who then finds them in the log."
  type        = string
  default     = ""
}

variable "budget" {
  description = "What all functions of the region may use in a month; also usd=N beyond what is free."
  type        = string
  default     = "requests=1000000, gb-seconds=400000"
}

variable "functions" {
  description = "Functions with a policy of their own, such as \"reports: requests=100000, trip; checkout: never\". Only those with trip are ever stopped."
  type        = string
  default     = ""
}

variable "stoppable" {
  description = "The name or the pattern of names of what the guard's role may stop, such as reports or batch-*; empty for none."
  type        = string
  default     = ""
}

variable "on_alarm" {
  description = "read: the alarm only makes the guard look at once; trip: it also stops what runs and may be stopped."
  type        = string
  default     = "read"

  validation {
    condition     = contains(["read", "trip"], var.on_alarm)
    error_message = "It is read or trip."
  }
}

variable "alarm_invocations_per_minute" {
  description = "From how many invocations of the account in a minute on the alarm goes off."
  type        = number
  default     = 10000
}

variable "dry_run" {
  description = "Whether the guard only says what it would stop."
  type        = bool
  default     = false
}
