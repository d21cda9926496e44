variable "function_name" {
  description = "What the function, its log group and its table are called."
  type        = string
  default     = "zerobill"
}

variable "package" {
  description = "The zip file of the function, made for the architecture below."
  type        = string
  default     = "function.zip"
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

variable "memory_mb" {
  description = "Memory in MB. 400,000 GB-seconds a month are free."
  type        = number
  default     = 128
}

variable "trigger" {
  description = "Who calls the function: function-url, alexa-smart-home or alexa-skill."
  type        = string
  default     = "function-url"

  validation {
    condition     = contains(["function-url", "alexa-smart-home", "alexa-skill"], var.trigger)
    error_message = "The trigger is function-url, alexa-smart-home or alexa-skill."
  }
}

variable "alexa_skill_id" {
  description = "The only skill that may call the function, with one of the Alexa triggers."
  type        = string
  default     = "amzn1.ask.skill.00000000-0000-0000-0000-000000000000"
}

variable "home_assistant_url" {
  description = "Where Home Assistant is reached from the internet, such as https://home.example.org; empty for none."
  type        = string
  default     = ""
}

variable "parameter_path" {
  description = "The path of Parameter Store below which there are settings, such as /zerobill; empty for none."
  type        = string
  default     = ""
}

variable "log_retention_days" {
  description = "After how many days log lines are deleted."
  type        = number
  default     = 7
}

variable "reserved_concurrency" {
  description = "How many invocations may run at once; -1 sets no limit. A new account refuses a limit, and Alexa needs more than one for a group of devices."
  type        = number
  default     = -1
}

variable "table" {
  description = "Whether circuit breakers and cached values are kept in a table; the function must be built with the feature aws."
  type        = bool
  default     = false
}

variable "table_capacity" {
  description = "Read and write units of the table. 25 of each are free for all tables of a region together."
  type        = number
  default     = 25
}
