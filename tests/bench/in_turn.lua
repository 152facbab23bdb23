-- Sends the requests of a file one after the other, each as it stands there; none has a body.

local requests, number = {}, 0

function init(arguments)
  for request in io.open(arguments[1], "rb"):read("*a"):gmatch(".-\r\n\r\n") do
    requests[#requests + 1] = request
  end
end

function request()
  number = number % #requests + 1
  return requests[number]
end
